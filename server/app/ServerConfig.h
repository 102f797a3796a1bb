#pragma once

#include "common/core/Result.h"
#include "common/protocol/AccountMessages.h"
#include "server/core/Limits.h"
#include "server/storage/StorageAddress.h"

#include <QHostAddress>
#include <QMap>
#include <QString>
#include <QStringList>

namespace impulse::server {

/// What the process exits with. `--help` lists them.
enum class ExitCode {
    Clean = 0,
    Internal = 1,
    /// The arguments or the configuration are wrong or incomplete.
    Usage = 2,
    /// The data folder or a key file cannot be used: missing rights, too wide rights, another
    /// server.
    DataFolder = 3,
    /// The database is damaged, newer than the program, read-only, or there is no space.
    Database = 4,
    /// The address cannot be listened on, or plain ws would be open to the network.
    Network = 5,
    /// The certificate or its key cannot be read.
    Certificate = 6,
    /// The cryptographic self-test failed.
    SelfTest = 7
};

enum class LogLevel { Debug, Info, Warning, Error };
/// Auto: journal if systemd reads it, else text.
enum class LogFormat { Auto, Text, Json, Journal };
enum class DispatcherKind { Epoll, Qt };

/// Options, environment and configuration file put together, and checked. Nothing in it is secret.
/// What the keys mean, their defaults and bounds are in ConfigTable.cpp.
struct ServerConfig {
    enum class Command { Serve, MakeInvite, PrintConfig, CheckConfig, Help, Version };

    Command command = Command::Serve;
    /// The file that was read; empty: none.
    QString file;
    /// Every key as it was written, with defaults for the others: what a reload compares.
    QMap<QString, QString> values;

    QString dataFolder;
    StorageAddress storage{QString()};
    QHostAddress address;
    /// 0: any free one.
    quint16 port = 0;
    protocol::RegistrationPolicy registration = protocol::RegistrationPolicy::Closed;
    QString certificateFile;
    QString keyFile;
    bool behindProxy = false;
    QString proxyCertificateFile;
    /// Host in links, an IPv6 address without brackets; the address if empty.
    QString publicHost;
    /// Port in links; 0: the one that the server listens on. A proxy may have another.
    quint16 publicPort = 0;

    int maxConnections = 0;
    int maxConnectionsPerAddress = 0;
    int maxUnauthenticatedConnections = 0;
    int handshakeTimeoutMs = 0;
    /// 0: one per core.
    int ioThreads = 0;
    DispatcherKind dispatcher = DispatcherKind::Epoll;
    bool groupCommit = true;

    std::size_t mailboxEntries = 0;
    std::size_t mailboxBytes = 0;
    std::size_t pushLimitBytes = 0;
    std::size_t queueLimitBytes = 0;
    /// After a restore: how long it waits for what two users agree on; ten times that for what one
    /// alone has (encryption.md 8.3).
    std::uint64_t restoreWaitMs = 0;
    Limits limits;

    LogLevel logLevel = LogLevel::Info;
    LogFormat logFormat = LogFormat::Auto;
    /// Null: no health endpoint.
    QHostAddress healthAddress;
    /// 0: any free one.
    quint16 healthPort = 0;
    /// Path of the control socket; empty: none.
    QString controlSocket;

    /// Print an invite after the start.
    bool invite = false;
    std::uint64_t inviteUses = 1;
    std::uint64_t inviteDays = 7;

    bool encrypts() const { return !certificateFile.isEmpty(); }
};

/// True for 0.0.0.0 and ::, which name no place.
bool listensOnAll(const QHostAddress& address);

/// What must hold between keys, as sentences; empty if all is well.
QStringList checkTogether(const ServerConfig& config);

} // namespace impulse::server
