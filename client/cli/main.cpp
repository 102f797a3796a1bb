#include "client/cli/Commands.h"
#include "common/core/Logging.h"
#include "common/crypto/Hardening.h"
#include "common/crypto/SelfTest.h"

#include <QCoreApplication>

#include <cstdio>

namespace {

using namespace impulse;
using namespace impulse::cli;

Result<client::ProfileFolder, Fault> openFolder(const Arguments& arguments)
{
    const auto refuse = [](client::ProfileError error) {
        switch (error) {
        case client::ProfileError::BadName:
            return fault(ExitCode::Usage, QStringLiteral("this is no name for a profile"));
        case client::ProfileError::InUse:
            return fault(ExitCode::Failed, QStringLiteral("another program has this profile open"));
        case client::ProfileError::NotWritable:
            break;
        }
        return fault(ExitCode::Failed,
                     QStringLiteral("the profile folder cannot be made or written"));
    };
    QString path = arguments.home;
    if (path.isEmpty()) {
        const auto located = client::ProfileFolder::locate(arguments.profile);
        if (!located)
            return refuse(located.error());
        path = *located;
    }
    auto folder = client::ProfileFolder::open(path);
    if (!folder)
        return refuse(folder.error());
    return std::move(*folder);
}

client::Task<void> runAndQuit(CliSession& session, ExitCode& code)
{
    const auto result = co_await commands::run(session);
    if (!result) {
        session.output().printFault(result.error());
        code = result.error().code;
    }
    QCoreApplication::exit();
}

int inform(Information information)
{
    const QString text = information == Information::Help
                             ? helpText()
                             : QStringLiteral("impulse-cli " IMPULSE_VERSION "\n");
    std::fputs(text.toUtf8().constData(), stdout);
    return 0;
}

int fail(const Output& output, const Fault& fault)
{
    output.printFault(fault);
    return static_cast<int>(fault.code);
}

} // namespace

int main(int argc, char** argv)
{
    if (!crypto::hardenProcess())
        qCInfo(lcClient) << "the system does not keep this process out of core dumps";
    QCoreApplication application(argc, argv);
    const auto line = parseCommandLine(QCoreApplication::arguments().mid(1));
    if (!line)
        return fail(Output(QCoreApplication::arguments().contains(QStringLiteral("--json"))),
                    {ExitCode::Usage, line.error().message});
    if (line->information)
        return inform(*line->information);

    const Output output(line->arguments.json);
    if (const auto broken = crypto::runSelfTest(); !broken.empty())
        return fail(output, {ExitCode::Failed,
                             QStringLiteral("the encryption library computes wrongly: ") +
                                 QString::fromUtf8(broken.data(), qsizetype(broken.size()))});
    auto folder = openFolder(line->arguments);
    if (!folder)
        return fail(output, folder.error());
    ExitCode code = ExitCode::Ok;
    {
        CliSession session(std::move(*folder), line->arguments, output);
        // From inside the event loop, so that an early end still ends it.
        QMetaObject::invokeMethod(
            &session, [&] { runAndQuit(session, code).detach(); }, Qt::QueuedConnection);
        QCoreApplication::exec();
    }
    return static_cast<int>(code);
}
