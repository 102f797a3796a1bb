#include "server/app/ServerProgram.h"

#include "common/core/Logging.h"
#include "server/app/ChatHost.h"
#include "server/app/ConfigTable.h"
#include "server/app/Log.h"
#include "server/app/ServerLinks.h"
#include "server/core/InviteCodes.h"
#include "server/storage/DatabaseFile.h"

#include <QFile>

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
        return failed(
            ExitCode::Database,
            (*connection)->error() == SqlError::Full
                ? QStringLiteral("no space left for the database %1").arg(address.name())
                : QStringLiteral("the database %1 cannot be written").arg(address.name()));
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
    : m_config(std::move(config)), m_limits(std::make_shared<LiveLimits>(m_config.limits)),
      m_registration(m_config.registration)
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
    IMPULSE_CHECK(openNetwork());
    IMPULSE_CHECK(openControl());
    return openHealth();
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
    const auto& address = m_config.storage;
    if (!address.isPostgreSql() && !QFile::exists(address.path) &&
        QFile::exists(address.path + QString::fromLatin1(restoringSuffix))) {
        return failed(ExitCode::Database,
                      QStringLiteral("a restore was cut off: run `impulse-server restore` again"));
    }
    const auto prepared = prepareDatabase(address);
    if (!prepared)
        return failed(ExitCode::Database, prepared.error().message);
    IMPULSE_TRY(m_incarnation, readIncarnation(address, rng));
    m_writer = std::make_unique<GroupWriter>(
        address, m_bus, GroupWriter::Options{.group = m_config.groupCommit}, m_metrics);
    if (!m_writer->failure().isEmpty())
        return failed(ExitCode::Database, m_writer->failure());
    return {};
}

ServerSettings ServerProgram::settings() const
{
    ServerSettings settings;
    settings.registration = m_registration;
    settings.incarnation = m_incarnation;
    settings.pushLimitBytes = m_config.pushLimitBytes;
    settings.queueLimitBytes = m_config.queueLimitBytes;
    settings.mailbox = {m_config.mailboxEntries, m_config.mailboxBytes};
    settings.handInTogetherMs = m_config.restoreWaitMs;
    settings.handInAloneMs = m_config.restoreWaitMs * 10;
    return settings;
}

Result<void, ProgramFailure> ServerProgram::openNetwork()
{
    auto files = certificatesOf(m_config);
    if (!files)
        return failed(ExitCode::Certificate, files.error());
    m_counter = std::make_unique<ConnectionCounter>(connectionLimits(m_config), m_metrics);
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
    const ChatHost::Shared shared{*m_keys, *m_writer, m_bus, m_limiter,
                                  std::make_shared<std::atomic<std::size_t>>(0)};
    const int count =
        m_config.ioThreads > 0 ? m_config.ioThreads : std::max(1, QThread::idealThreadCount());
    for (int i = 0; i < count; ++i) {
        std::promise<QString> opened;
        auto opening = opened.get_future();
        m_ioThreads.push_back(std::make_unique<IoThread>(
            ioSettings, *m_counter,
            [this, settings = settings(), shared, &opened,
             first = i == 0]() mutable -> std::unique_ptr<ConnectionHost> {
                auto reader = SqlConnection::open(m_config.storage, SqlConnection::Mode::ReadOnly);
                if (!reader) {
                    opened.set_value(reader.error().message);
                    return nullptr;
                }
                settings.traffic = m_metrics->addThread();
                auto host = std::make_unique<ChatHost>(settings, shared, *std::move(reader), first);
                m_hosts.push_back(host.get());
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
    m_registration.set(fresh.registration);
    setLogFormat(fresh.logFormat);
    setLogLevel(fresh.logLevel);
    for (auto i = fresh.values.begin(); i != fresh.values.end(); ++i) {
        if (!findConfigKey(i.key())->reloadable && m_config.values.value(i.key()) != i.value())
            qCWarning(lcServer).noquote() << i.key() << "was changed; that takes a restart";
    }
    qCInfo(lcServer) << "the configuration was read again";
    return {};
}

Result<void, ProgramFailure> ServerProgram::openControl()
{
    if (m_config.controlSocket.isEmpty())
        return {};
    ControlTarget target;
    target.dataFolder = m_config.dataFolder;
    target.storage = m_config.storage;
    target.hosts = m_hosts;
    target.metrics = m_metrics;
    target.inviteLink = [this](const QString& code) {
        return serverLink(linkBase(m_config, m_listener->serverPort()), m_keys->serverId, code);
    };
    target.reload = [this] { return onReloadAsked(); };
    target.stuckThreads = [this] { return m_vitals ? m_vitals->stuck() : QStringList(); };
    target.setAccepting = [this](bool accept) { m_listener->setRefusing(!accept); };
    m_commands = std::make_unique<ControlCommands>(std::move(target));
    m_control = std::make_unique<ControlServer>(
        [this](const QStringList& command, const QJsonObject& options, ControlReplyPtr reply) {
            m_commands->run(command, options, std::move(reply));
        });
    const auto listening = m_control->listen(m_config.controlSocket);
    if (!listening)
        return failed(ExitCode::DataFolder, listening.error());
    return {};
}

Result<void, ProgramFailure> ServerProgram::openHealth()
{
    std::vector<Heartbeat> heartbeats{writerHeartbeat(*m_metrics)};
    for (std::size_t i = 0; i < m_hosts.size(); ++i) {
        heartbeats.push_back({"I/O thread " + std::to_string(i + 1),
                              [host = m_hosts[i]] { return host->heartbeats(); },
                              {}});
    }
    m_vitals = std::make_unique<Vitals>(std::move(heartbeats));
    if (!m_config.healthAddress.isNull())
        m_size = std::make_unique<DatabaseSize>(m_config.storage, m_metrics);
    checkVitals();
    if (m_config.healthAddress.isNull())
        return {};
    m_health = std::make_unique<HealthServer>(m_metrics);
    const auto port = m_health->listen(m_config.healthAddress, m_config.healthPort);
    if (!port)
        return failed(ExitCode::Network, port.error());
    qCInfo(lcServer).noquote() << "health and metrics on port" << port.value();
    return {};
}

bool ServerProgram::checkVitals()
{
    m_metrics->deliveryQueue = m_bus.waitingNow();
    // Only /metrics shows it; `ctl stats` asks for itself.
    if (m_size)
        m_size->update(m_metrics->uptimeMs());
    const bool good = m_vitals->check(m_metrics->uptimeMs());
    m_metrics->setAlive(good);
    return good;
}

void ServerProgram::stop()
{
    m_control.reset();
    m_health.reset();
    if (m_listener)
        m_listener->close();
    // No new requests; those taken in are committed, and their answers go out before the goodbye.
    for (const auto& thread : m_ioThreads)
        thread->pause();
    if (m_writer)
        m_writer->stop();
    // No operator's task any more: the hosts go with their threads.
    if (m_commands)
        m_commands->close();
    m_hosts.clear();
    m_vitals.reset();
    for (const auto& thread : m_ioThreads)
        thread->beginStop();
    for (const auto& thread : m_ioThreads)
        thread->stop();
}

bool ServerProgram::isBusy()
{
    const bool commands = m_commands && !m_commands->finish();
    const bool size = m_size && !m_size->finish();
    return commands || size;
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
