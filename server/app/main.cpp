#include "common/core/Logging.h"
#include "common/crypto/Hardening.h"
#include "common/crypto/SelfTest.h"
#include "server/app/ConfigReader.h"
#include "server/app/ConfigTable.h"
#include "server/app/ControlClient.h"
#include "server/app/Log.h"
#include "server/app/MigrateStorage.h"
#include "server/app/OfflineCommands.h"
#include "server/app/Process.h"
#include "server/app/ServerProgram.h"
#include "server/app/ServiceManager.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTimer>

#include <cstdio>
#include <unistd.h>

using namespace impulse;
using namespace impulse::server;
using namespace std::chrono_literals;

namespace {

int fail(ExitCode code, const QString& message)
{
    std::fprintf(stderr, "impulse-server: %s\n", message.toLocal8Bit().constData());
    return static_cast<int>(code);
}

void print(const QString& line)
{
    std::fprintf(stdout, "%s\n", line.toLocal8Bit().constData());
    std::fflush(stdout);
}

Result<ServerConfig, QStringList> configuration()
{
    return readConfig(QCoreApplication::arguments().mid(1),
                      QProcessEnvironment::systemEnvironment());
}

/// Sentences if nothing was changed; they are logged as well.
Result<void, QStringList> reload(ServerProgram& program)
{
    const auto fresh = configuration();
    const auto done = fresh ? program.reload(fresh.value()) : Failure{fresh.error()};
    if (!done) {
        for (const auto& sentence : done.error())
            qCWarning(lcServer).noquote() << "not reloaded:" << sentence;
    }
    return done;
}

int serve(QCoreApplication& application, const ServerConfig& config)
{
    ProcessSignals signals;
    ServiceManager manager;
    ServerProgram program(config);
    QTimer vitals;
    QElapsedTimer sinceAlive;
    QObject::connect(&signals, &ProcessSignals::reloadAsked, &application,
                     [&program] { (void)program.onReloadAsked(); });
    program.onReloadAsked = [&program, &manager] {
        manager.reloading();
        auto done = reload(program);
        manager.ready(done ? "serving" : "serving; the new configuration has mistakes");
        return done;
    };
    QObject::connect(&signals, &ProcessSignals::terminated, &application, [&] {
        qCInfo(lcServer) << "stopping";
        manager.stopping();
        vitals.stop();
        program.stop();
        QCoreApplication::quit();
    });
    const auto started = program.start();
    if (!started)
        return fail(started.error().code, started.error().message);
    // For whoever starts it, and so not for the log: the links carry an address, a key, a code.
    auto told = QStringLiteral("impulse-server ready on ") + program.url() +
                QStringLiteral("\nlink for clients: ") + program.link();
    if (config.invite) {
        const auto invite = program.makeInvite();
        if (!invite)
            return fail(invite.error().code, invite.error().message);
        told += QStringLiteral("\ninvite: ") + invite.value();
    }
    print(told);
    qCInfo(lcServer) << "serving";
    manager.ready("serving");
    // As often as systemd wants to hear of us, and at least once a second.
    const auto every =
        std::min(manager.watchdogEvery().value_or(1s), std::chrono::milliseconds(1s));
    sinceAlive.start();
    QObject::connect(&vitals, &QTimer::timeout, &application, [&] {
        const bool good = program.checkVitals();
        if (!good || !manager.watchdogEvery() ||
            sinceAlive.elapsed() + every.count() / 2 < manager.watchdogEvery()->count())
            return;
        manager.alive();
        sinceAlive.restart();
    });
    vitals.start(every);
    const int code = QCoreApplication::exec();
    if (program.isBusy()) {
        qCWarning(lcServer)
            << "what still ran for the operator was cut off by the end of the server";
        ::_exit(code);
    }
    return code;
}

} // namespace

int main(int argc, char* argv[])
{
    const bool hardened = crypto::hardenProcess();
    prepareProcess();
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("impulse-server"));
    QCoreApplication::setApplicationVersion(QStringLiteral(IMPULSE_VERSION));
    setLogFormat(LogFormat::Auto);

    if (!hardened)
        qCWarning(lcServer) << "the system lets core dumps of this process be made";
    const auto wrong = crypto::runSelfTest();
    if (!wrong.empty()) {
        return fail(ExitCode::SelfTest,
                    QStringLiteral("the cryptographic self-test failed: ") +
                        QString::fromLatin1(wrong.data(), static_cast<qsizetype>(wrong.size())));
    }

    const auto arguments = QCoreApplication::arguments();
    const auto first = arguments.value(1);
    if (first == QLatin1String("ctl"))
        return runControl(arguments.mid(2));
    if (first == QLatin1String("restore") || first == QLatin1String("integrity"))
        return runOffline(first, arguments.mid(2));
    if (first == QLatin1String("migrate-storage")) {
        const auto migrated = migrateStorage(arguments.mid(2), print);
        return migrated ? static_cast<int>(ExitCode::Clean)
                        : fail(migrated.error().code, migrated.error().message);
    }
    const auto config = configuration();
    if (!config) {
        for (const auto& sentence : config.error())
            fail(ExitCode::Usage, sentence);
        return fail(ExitCode::Usage, QStringLiteral("--help and --print-config tell more"));
    }
    setLogFormat(config.value().logFormat);
    setLogLevel(config.value().logLevel);
    switch (config.value().command) {
    case ServerConfig::Command::Help:
        print(usageText());
        return static_cast<int>(ExitCode::Clean);
    case ServerConfig::Command::Version:
        print(QStringLiteral("impulse-server " IMPULSE_VERSION));
        return static_cast<int>(ExitCode::Clean);
    case ServerConfig::Command::PrintConfig:
        print(configManual().trimmed());
        return static_cast<int>(ExitCode::Clean);
    case ServerConfig::Command::CheckConfig:
        print(QStringLiteral("the configuration is good") +
              (config.value().file.isEmpty() ? QString()
                                             : QStringLiteral(": ") + config.value().file));
        return static_cast<int>(ExitCode::Clean);
    case ServerConfig::Command::MakeInvite: {
        const auto link = makeInvite(config.value());
        if (!link)
            return fail(link.error().code, link.error().message);
        print(link.value());
        return static_cast<int>(ExitCode::Clean);
    }
    case ServerConfig::Command::Serve:
        return serve(application, config.value());
    }
    return static_cast<int>(ExitCode::Internal);
}
