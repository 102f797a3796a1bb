#include "server/app/ServerProgram.h"

#include "common/core/Logging.h"
#include "server/app/ChatHost.h"
#include "server/app/ConfigTable.h"
#include "server/app/Log.h"
#include "server/app/ServerLinks.h"
#include "server/core/InviteCodes.h"
#include "server/storage/DatabaseFile.h"

#include <future>

namespace impulse::server {

namespace {

ConnectionLimits connectionLimits(const ServerConfig& config)
{
    return {config.maxConnections, config.maxConnectionsPerAddress,
            config.maxUnauthenticatedConnections};
}

constexpr std::uint64_t dayMs = std::uint64_t{24} * 3'600'000;

Failure<ProgramFailure> failed(ExitCode code, QString message)
{
    return {ProgramFailure{code, std::move(message)}};
}

Result<ServerKeys, ProgramFailure> readKeys(const DataFolder& folder, const StorageAddress& address,
                                            crypto::Rng& rng)
{
    const auto exists = databaseExists(address);
    if (!exists)
        return failed(ExitCode::Database, exists.error().message);
    auto keys = folder.keys(rng, !*exists);
    if (!keys)
        return failed(ExitCode::DataFolder, keys.error());
    return *std::move(keys);
}

/// The database has an incarnation from its first start on (encryption.md section 14).
Result<IncarnationId, ProgramFailure> readIncarnation(const StorageAddress& address,
                                                      crypto::Rng& rng)
{
    auto connection = SqlConnection::open(address, SqlConnection::Mode::ReadWrite);
    if (!connection)
        return failed(ExitCode::Database, connection.error().message);
    SqlStore store(**connection);
    auto incarnation = store.incarnation();
    if (incarnation.isZero()) {
        incarnation = crypto::random<IncarnationId>(rng);
        store.setIncarnation(incarnation);
    }
    if (store.takeFailure()) {
        return failed(ExitCode::Database,
                      (*connection)->error() == SqlError::Full
                          ? QStringLiteral("no space left for the database %1").arg(address.name())
                          : QStringLiteral("the database %1 cannot be written")
                            .arg(address.name()));
    }
    return incarnation;
}

Result<std::string, ProgramFailure> storeInvite(const ServerConfig& config, crypto::Rng& rng)
{
    auto connection = SqlConnection::open(config.storage, SqlConnection::Mode::ReadWrite);
    if (!connection)
        return failed(ExitCode::Database, connection.error().message);
    SqlStore store(**connection);
    const auto code = newInviteCode(rng);
    store.invites().insert({inviteHash(code), std::nullopt, config.inviteUses,
                            SystemClock().nowMs() + config.inviteDays * dayMs});
    if (store.takeFailure())
        return failed(ExitCode::Database, QStringLiteral("the invite cannot be stored"));
    return code;
}

Result<CertificateFiles, QString> certificatesOf(const ServerConfig& config)
{
    if (config.encrypts())
        return CertificateFiles::withKey(config.certificateFile, config.keyFile);
    if (config.behindProxy)
        return CertificateFiles::ofProxy(config.proxyCertificateFile);
    return CertificateFiles::none();
}

} // namespace

ServerProgram::ServerProgram(ServerConfig config)
    : m_config(std::move(config)), m_limits(std::make_shared<LiveLimits>(m_config.limits))
{
}

ServerProgram::~ServerProgram()
{
    stop();
}

Result<void, ProgramFailure> ServerProgram::start()
{
    // Before anything is made: a server that may not listen leaves nothing behind.
    const auto refusal = plainRefusal(m_config.address, m_config.encrypts(), m_config.behindProxy);
    if (!refusal.isEmpty())
        return failed(ExitCode::Network, refusal);
    IMPULSE_CHECK(openStorage());
    return openNetwork();
}

Result<void, ProgramFailure> ServerProgram::openStorage()
{
    auto folder = DataFolder::open(m_config.dataFolder);
    if (!folder)
        return failed(ExitCode::DataFolder, folder.error());
    m_folder = std::make_unique<DataFolder>(*std::move(folder));
    const auto locked = m_folder->lock();
    if (!locked)
        return failed(ExitCode::DataFolder, locked.error());
    if (!locked.value()) {
        return failed(
            ExitCode::DataFolder,
            QStringLiteral("another server uses the data folder %1").arg(m_config.dataFolder));
    }
    crypto::SystemRng rng;
    IMPULSE_TRY(auto keys, readKeys(*m_folder, m_config.storage, rng));
    m_keys = std::make_unique<ServerKeys>(std::move(keys));
    const auto prepared = prepareDatabase(m_config.storage);
    if (!prepared)
        return failed(ExitCode::Database, prepared.error().message);
    IMPULSE_TRY(m_incarnation, readIncarnation(m_config.storage, rng));
    m_writer = std::make_unique<GroupWriter>(m_config.storage, m_bus,
                                              GroupWriter::Options{.group = m_config.groupCommit});
    if (!m_writer->failure().isEmpty())
        return failed(ExitCode::Database, m_writer->failure());
    return {};
}

ServerSettings ServerProgram::settings() const
{
    ServerSettings settings;
    settings.registration = m_config.registration;
    settings.incarnation = m_incarnation;
    settings.pushLimitBytes = m_config.pushLimitBytes;
    settings.queueLimitBytes = m_config.queueLimitBytes;
    settings.mailboxEntries = m_config.mailboxEntries;
    return settings;
}

Result<void, ProgramFailure> ServerProgram::openNetwork()
{
    auto files = certificatesOf(m_config);
    if (!files)
        return failed(ExitCode::Certificate, files.error());
    m_counter = std::make_unique<ConnectionCounter>(connectionLimits(m_config));
    IMPULSE_CHECK(startIoThreads());
    std::vector<Listener::Target> targets;
    for (const auto& thread : m_ioThreads) {
        targets.emplace_back([&thread = *thread](AcceptedSocket accepted) {
            return thread.adopt(std::move(accepted));
        });
    }
    m_listener = std::make_unique<Listener>(*std::move(files), *m_counter, m_config.behindProxy,
                                            std::move(targets));
    if (!m_listener->listen(m_config.address, m_config.port)) {
        return failed(ExitCode::Network, QStringLiteral("cannot listen on %1 port %2: %3")
                                             .arg(m_config.address.toString())
                                             .arg(m_config.port)
                                             .arg(m_listener->errorString()));
    }
    m_folder->rememberLinkBase(linkBase(m_config, m_listener->serverPort()));
    if (m_config.publicHost.isEmpty() && listensOnAll(m_config.address))
        qCWarning(lcServer) << "links name this computer as localhost, where others do not find it;"
                            << "--host NAME tells what they call it";
    return {};
}

Result<void, ProgramFailure> ServerProgram::startIoThreads()
{
    IoSettings ioSettings;
    ioSettings.dispatcher =
        m_config.dispatcher == DispatcherKind::Qt ? Dispatcher::Qt : Dispatcher::Epoll;
    ioSettings.handshakeTimeoutMs = m_config.handshakeTimeoutMs;
    ioSettings.behindProxy = m_config.behindProxy;
    const ChatHost::Shared shared{*m_keys, *m_writer, m_bus, m_limiter};
    const int count =
        m_config.ioThreads > 0 ? m_config.ioThreads : std::max(1, QThread::idealThreadCount());
    for (int i = 0; i < count; ++i) {
        std::promise<QString> opened;
        auto opening = opened.get_future();
        m_ioThreads.push_back(std::make_unique<IoThread>(
            ioSettings, *m_counter,
            [this, settings = settings(), shared, &opened,
             first = i == 0]() -> std::unique_ptr<ConnectionHost> {
                auto reader =
                    SqlConnection::open(m_config.storage, SqlConnection::Mode::ReadOnly);
                if (!reader) {
                    opened.set_value(reader.error().message);
                    return nullptr;
                }
                auto host =
                    std::make_unique<ChatHost>(settings, shared, *std::move(reader), first);
                opened.set_value({});
                return host;
            }));
        const auto problem = opening.get();
        if (!problem.isEmpty())
            return failed(ExitCode::Database, problem);
    }
    return {};
}

Result<void, QStringList> ServerProgram::reload(const ServerConfig& fresh)
{
    // With or without TLS is what the ready line, the links and the listener were made with.
    if (fresh.encrypts() != m_config.encrypts() || fresh.behindProxy != m_config.behindProxy)
        return Failure{QStringList{
            QStringLiteral("turning TLS on or off takes a restart; nothing was changed")}};
    auto files = certificatesOf(fresh);
    if (!files)
        return Failure{QStringList{files.error()}};
    m_listener->setCertificates(*std::move(files));
    m_counter->setLimits(connectionLimits(fresh));
    m_limits->set(fresh.limits);
    setLogFormat(fresh.logFormat);
    setLogLevel(fresh.logLevel);
    for (auto i = fresh.values.begin(); i != fresh.values.end(); ++i) {
        if (!findConfigKey(i.key())->reloadable && m_config.values.value(i.key()) != i.value())
            qCWarning(lcServer).noquote() << i.key() << "was changed; that takes a restart";
    }
    qCInfo(lcServer) << "the configuration was read again";
    return {};
}

void ServerProgram::stop()
{
    if (m_listener)
        m_listener->close();
    // No new requests; those taken in are committed, and their answers go out before the goodbye.
    for (const auto& thread : m_ioThreads)
        thread->pause();
    if (m_writer)
        m_writer->stop();
    for (const auto& thread : m_ioThreads)
        thread->beginStop();
    for (const auto& thread : m_ioThreads)
        thread->stop();
}

QString ServerProgram::url() const
{
    return localUrl(m_listener->serverAddress(), m_listener->serverPort(), m_listener->encrypts());
}

QString ServerProgram::link() const
{
    return serverLink(linkBase(m_config, m_listener->serverPort()), m_keys->serverId);
}

Result<QString, ProgramFailure> ServerProgram::makeInvite()
{
    crypto::SystemRng rng;
    IMPULSE_TRY(const auto code, storeInvite(m_config, rng));
    return serverLink(linkBase(m_config, m_listener->serverPort()), m_keys->serverId,
                      QString::fromStdString(code));
}

Result<QString, ProgramFailure> makeInvite(const ServerConfig& config)
{
    auto folder = DataFolder::open(config.dataFolder);
    if (!folder)
        return failed(ExitCode::DataFolder, folder.error());
    const auto locked = folder->lock();
    if (!locked)
        return failed(ExitCode::DataFolder, locked.error());
    crypto::SystemRng rng;
    IMPULSE_TRY(const auto keys, readKeys(*folder, config.storage, rng));
    // A running server has prepared its database already, and holds the lock.
    if (locked.value()) {
        const auto prepared = prepareDatabase(config.storage);
        if (!prepared)
            return failed(ExitCode::Database, prepared.error().message);
    }
    IMPULSE_TRY(const auto code, storeInvite(config, rng));
    auto base = folder->lastLinkBase();
    if (base.isEmpty() || !config.publicHost.isEmpty())
        base = linkBase(config, config.port);
    return serverLink(base, keys.serverId, QString::fromStdString(code));
}

} // namespace impulse::server
