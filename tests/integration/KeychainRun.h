#pragma once

#include <QCoreApplication>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

/// Runs hidden tests of this program as another process, with a keychain or without one.
namespace impulse::client::test {

/// The output of the hidden tests `tag` if they fail.
inline QByteArray runHidden(const QString& program, const QStringList& arguments,
                            const QProcessEnvironment& environment)
{
    QProcess process;
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (process.waitForFinished(120'000) && process.exitCode() == 0)
        return {};
    process.kill();
    return process.readAll() + "\n(the hidden test failed)";
}

inline QByteArray runWithoutKeychain(const QString& tag)
{
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"),
                       QStringLiteral("unix:path=/nonexistent"));
    return runHidden(QCoreApplication::applicationFilePath(), {tag}, environment);
}

inline bool hasKeychain()
{
    return !QStandardPaths::findExecutable(QStringLiteral("gnome-keyring-daemon")).isEmpty() &&
           !QStandardPaths::findExecutable(QStringLiteral("dbus-run-session")).isEmpty();
}

/// On a D-Bus session and with a Secret Service of their own, in an empty home.
inline QByteArray runWithKeychain(const QString& tag)
{
    QTemporaryDir home;
    auto environment = QProcessEnvironment::systemEnvironment();
    for (const auto* name : {"HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"})
        environment.insert(QLatin1String(name), home.path());
    environment.insert(QStringLiteral("PROGRAM"), QCoreApplication::applicationFilePath());
    environment.insert(QStringLiteral("TAG"), tag);
    const QString script = QStringLiteral(
        "printf x | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; "
        "exec \"$PROGRAM\" \"$TAG\"");
    return runHidden(QStringLiteral("dbus-run-session"),
                     {QStringLiteral("--"), QStringLiteral("sh"), QStringLiteral("-c"), script},
                     environment);
}

} // namespace impulse::client::test
