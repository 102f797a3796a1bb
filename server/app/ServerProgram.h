#pragma once

#include "server/app/ControlCommands.h"
#include "server/app/DataFolder.h"
#include "server/app/DatabaseSize.h"
#include "server/app/ServerConfig.h"
#include "server/app/Vitals.h"
#include "server/core/LocalBus.h"
#include "server/core/RateLimiter.h"
#include "server/net/HealthServer.h"
#include "server/net/IoThread.h"
#include "server/net/Listener.h"
#include "server/storage/GroupWriter.h"

#include <memory>

namespace impulse::server {

/// Why the program ends: an exit code and a sentence for standard error.
struct ProgramFailure {
    ExitCode code;
    QString message;
};

/// A running server: its parts, built in order and taken down in reverse. Lives on the main thread.
class ServerProgram final {
public:
    explicit ServerProgram(ServerConfig config);
    ~ServerProgram();
    ServerProgram(const ServerProgram&) = delete;
    ServerProgram& operator=(const ServerProgram&) = delete;

    /// Opens everything and accepts connections.
    Result<void, ProgramFailure> start();
    /// Brings the reloadable keys of a new configuration into force, all of them or (with reasons)
    /// none. No session is dropped. Warns of changes that take a restart.
    Result<void, QStringList> reload(const ServerConfig& fresh);
    /// Called on the main thread to read the configuration again.
    std::function<Result<void, QStringList>()> onReloadAsked;
    /// Does every thread get on? To be called about once a second; brings the numbers up to date.
    bool checkVitals();
    /// Refuses new connections, commits what was taken in, answers it, tells the clients, closes.
    void stop();
    /// After stop(): does a backup, or a question to PostgreSQL, still run? Nothing can cut it
    /// short but the end of the process; what a backup has written is taken away already.
    bool isBusy();

    /// "ws://ADDRESS:PORT" or "wss://…", as programs on this computer reach it.
    QString url() const;
    /// "impulse://HOST:PORT#…", or "wss://…": what people type in.
    QString link() const;
    /// A new invite of the operator as a link, written by a connection of its own.
    Result<QString, ProgramFailure> makeInvite();

private:
    Result<void, ProgramFailure> openStorage();
    Result<void, ProgramFailure> openNetwork();
    Result<void, ProgramFailure> startIoThreads();
    Result<void, ProgramFailure> openControl();
    Result<void, ProgramFailure> openHealth();
    ServerSettings settings() const;

    ServerConfig m_config;
    const std::shared_ptr<LiveLimits> m_limits;
    const Live<protocol::RegistrationPolicy> m_registration;
    const std::shared_ptr<Metrics> m_metrics = std::make_shared<Metrics>();
    std::unique_ptr<DataFolder> m_folder;
    std::unique_ptr<ServerKeys> m_keys;
    IncarnationId m_incarnation;
    std::unique_ptr<ConnectionCounter> m_counter;
    LocalBus m_bus;
    SystemClock m_clock;
    RateLimiter m_limiter{m_clock, m_limits};
    std::unique_ptr<GroupWriter> m_writer;
    std::vector<std::unique_ptr<IoThread>> m_ioThreads;
    std::unique_ptr<Listener> m_listener;
    /// Live on their I/O threads, until stop().
    std::vector<ChatHost*> m_hosts;
    std::unique_ptr<ControlCommands> m_commands;
    std::unique_ptr<ControlServer> m_control;
    std::unique_ptr<Vitals> m_vitals;
    std::unique_ptr<DatabaseSize> m_size;
    std::unique_ptr<HealthServer> m_health;
};

/// `--make-invite`: a new invite as a link. Works beside a running server and without one.
Result<QString, ProgramFailure> makeInvite(const ServerConfig& config);

} // namespace impulse::server
