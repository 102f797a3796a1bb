#pragma once

#include "common/core/Result.h"
#include "common/protocol/AccountMessages.h"
#include "server/net/IoThread.h"
#include "server/storage/StorageAddress.h"

#include <QHostAddress>
#include <QString>
#include <QStringList>

namespace impulse::server {

/// What the process exits with. `--help` lists them.
enum class ExitCode {
    Clean = 0,
    Internal = 1,
    /// The arguments are wrong or incomplete.
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

inline constexpr quint16 defaultPort = 7443;

/// The command line, checked. Nothing in it is secret.
struct ServerConfig {
    enum class Command { Serve, MakeInvite, Help, Version };

    Command command = Command::Serve;
    QString dataFolder;
    StorageAddress storage{QString()};
    QHostAddress address = QHostAddress(QHostAddress::LocalHost);
    /// 0: any free one.
    quint16 port = defaultPort;
    protocol::RegistrationPolicy registration = protocol::RegistrationPolicy::Invite;
    QString certificateFile;
    QString keyFile;
    bool behindProxy = false;
    QString proxyCertificateFile;
    /// Host in links, an IPv6 address without brackets; the address if empty.
    QString publicHost;
    /// Port in links; 0: the one that the server listens on. A proxy may have another.
    quint16 publicPort = 0;
    /// Print an invite to the log after the start.
    bool invite = false;
    std::uint64_t inviteUses = 1;
    std::uint64_t inviteDays = 7;
    /// 0: one for each core.
    int ioThreads = 0;
    Dispatcher dispatcher = Dispatcher::Epoll;
    int maxConnections = 20'000;
    int maxConnectionsPerAddress = 200;

    bool encrypts() const { return !certificateFile.isEmpty(); }
};

/// True for 0.0.0.0 and ::, which name no place.
bool listensOnAll(const QHostAddress& address);

/// Without the program's name. The error is a sentence for standard error.
Result<ServerConfig, QString> parseArguments(const QStringList& arguments);

QString usageText();

} // namespace impulse::server
