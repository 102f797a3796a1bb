#include "client/app/StartOptions.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QTextStream>

namespace impulse::app {

std::optional<StartOptions> readStartOptions(const QStringList& arguments, int& exitCode)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Impulse: messages only your people can read."));
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    const QCommandLineOption profile(
        QStringLiteral("profile"),
        QStringLiteral("Use the profile NAME: one account on one server, beside others."),
        QStringLiteral("NAME"));
    const QCommandLineOption home(QStringLiteral("home"),
                                  QStringLiteral("Keep the profile in the folder DIR."),
                                  QStringLiteral("DIR"));
    const QCommandLineOption server(
        QStringLiteral("server"),
        QStringLiteral("Fill in this server (address or link) when signing in."),
        QStringLiteral("URL"));
    parser.addOptions({profile, home, server});
    parser.addPositionalArgument(QStringLiteral("link"),
                                 QStringLiteral("An impulse:// link to open."),
                                 QStringLiteral("[link]"));
    const bool parsed = parser.parse(arguments);
    if (parsed && parser.isSet(help)) {
        QTextStream(stdout) << parser.helpText();
        exitCode = 0;
        return std::nullopt;
    }
    if (parsed && parser.isSet(version)) {
        QTextStream(stdout) << QCoreApplication::applicationName() << ' '
                            << QCoreApplication::applicationVersion() << '\n';
        exitCode = 0;
        return std::nullopt;
    }
    const QStringList links = parser.positionalArguments();
    if (!parsed || links.size() > 1 || (parser.isSet(profile) && parser.isSet(home))) {
        QTextStream(stderr) << (parsed ? QStringLiteral("impulse: at most one link, and either "
                                                        "--profile or --home")
                                       : parser.errorText())
                            << '\n';
        exitCode = 2;
        return std::nullopt;
    }
    return StartOptions{parser.value(profile), parser.value(home), parser.value(server),
                        links.isEmpty() ? QString() : links.first()};
}

} // namespace impulse::app
