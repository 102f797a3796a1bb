#pragma once

#include "client/core/ports/Transport.h"
#include "client/e2ee/Recovery.h"
#include "common/core/Clock.h"
#include "common/crypto/Rng.h"
#include "common/protocol/Codec.h"
#include "server/core/ChatServer.h"
#include "server/core/LocalBus.h"
#include "server/core/KeyChecks.h"
#include "server/storage/DatabaseFile.h"
#include "server/storage/SqlWriter.h"
#include "tests/support/Catch.h"
#include "tests/unit/client/storageSupport.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTimer>

/// The real server core and database, and a transport that hands frames over and that a test may
/// tamper with.
namespace impulse::client::test {

class TestClock final : public Clock {
public:
    std::uint64_t nowMs() const override { return m_system.nowMs() + shiftMs; }
    std::uint64_t elapsedMs() const override { return m_system.elapsedMs() + shiftMs; }
    std::uint64_t shiftMs = 0;

private:
    SystemClock m_system;
};

class LoopbackTransport;

/// server/core over a database in a temporary folder, on the main thread.
class TestServer {
public:
    TestServer()
    {
        REQUIRE(server::prepareDatabase(path()).ok());
        crypto::SystemRng rng;
        auto pair = crypto::signKeyPair(crypto::random<crypto::SignSeed>(rng));
        m_keys.serverId = *ServerId::from(pair.publicKey);
        m_keys.signKey = std::move(pair.secretKey);
        settings.registration = protocol::RegistrationPolicy::Open;
        settings.passwordOps = 2;
        settings.passwordMem = std::uint64_t{64} << 20;
        start();
        QObject::connect(&m_ticks, &QTimer::timeout, [this] {
            if (m_core)
                m_core->tick();
        });
    }
    ~TestServer()
    {
        m_writer->stop();
        m_core.reset();
    }

    /// Of the next start.
    server::ServerSettings settings;

    /// Keeps a copy of the database.
    void backUp()
    {
        write([](server::Store&) {});
        QFile::remove(copyPath());
        auto connection =
            server::SqlConnection::open(path(), server::SqlConnection::Mode::ReadWrite);
        REQUIRE(connection.ok());
        REQUIRE((*connection)->executeOnce(QStringLiteral("VACUUM INTO '%1'").arg(copyPath())));
    }

    /// Puts the copy back as the restore command does, and starts anew. Nobody is connected. It
    /// decides after these times.
    void restore(std::uint64_t togetherMs, std::uint64_t aloneMs)
    {
        m_writer->stop();
        m_core.reset();
        m_jobs.reset();
        m_bus.reset();
        m_store.reset();
        m_connection.reset();
        m_writer.reset();
        for (const auto& suffix : {QString(), QStringLiteral("-wal"), QStringLiteral("-shm")})
            QFile::remove(path() + suffix);
        REQUIRE(QFile::copy(copyPath(), path()));
        {
            auto connection =
                server::SqlConnection::open(path(), server::SqlConnection::Mode::ReadWrite);
            REQUIRE(connection.ok());
            server::SqlStore store(**connection);
            store.setRestored(crypto::random<IncarnationId>(m_rng), clock.nowMs());
            REQUIRE_FALSE(store.takeFailure());
        }
        settings.handInTogetherMs = togetherMs;
        settings.handInAloneMs = aloneMs;
        start();
        m_ticks.start(20);
    }

    server::ChatServer& core() { return *m_core; }
    const server::Store& store() const { return *m_store; }
    ServerId id() const { return m_keys.serverId; }
    TestClock clock;

    /// Writes past every check, as a hostile server can.
    void write(std::function<void(server::Store&)> work)
    {
        auto done = std::make_shared<bool>(false);
        m_jobs->submit(std::make_unique<Job>(std::move(work), done));
        REQUIRE(waitUntil([&] { return *done; }, 20'000));
    }

    /// Appends a list of these devices, signed by this key, to a user's lists.
    void publish(const UserId& user, const SignPublicKey& identity, const Signature& certificate,
                 const crypto::AccountKey& key, std::vector<crypto::DeviceEntry> devices)
    {
        const auto latest = m_store->directory().latest(user);
        REQUIRE(latest);
        crypto::DeviceList list;
        list.user = user;
        list.identityKey = identity;
        list.accountCertificate = certificate;
        list.version = m_store->directory().version(user) + 1;
        list.previous = latest->listHash;
        list.createdMs = clock.nowMs();
        list.devices = std::move(devices);
        const auto bytes = key.signDeviceList(list);
        REQUIRE(bytes.ok());
        server::NewDirectoryEntry entry{user,
                                        server::directoryLabel(id(), user),
                                        crypto::deviceListHash(*bytes),
                                        *bytes,
                                        {},
                                        clock.nowMs()};
        for (const auto& device : list.devices)
            entry.devices.push_back(crypto::deviceId(user, device));
        write([entry](server::Store& store) { store.directory().append(entry); });
    }

    /// Gives an account another root: somebody else is this user now. Returns the recovery code
    /// that opens it.
    QString replaceIdentity(const UserId& user)
    {
        crypto::SystemRng rng;
        const auto root = crypto::random<crypto::RootSecret>(rng);
        const crypto::UserIdentity identity(root, user);
        const crypto::AccountKey key(crypto::deriveAccountSeed(root, user, 1), 1);
        const auto device = crypto::Device::create(rng, user, identity.publicKey(), clock.nowMs());
        publish(user, identity.publicKey(), identity.certifyAccountKey(1, key.publicKey()), key,
                {device.entry()});
        const auto secret = e2ee::makeRecoverySecret(rng);
        const auto slot = e2ee::sealRootSlot(rng, e2ee::recoveryKeys(secret).key,
                                             e2ee::RootSlotKind::Recovery, user, root);
        write([user, slot](server::Store& store) {
            store.accounts().setRecovery(user, slot, store.accounts().find(user)->recoveryVerifier);
        });
        return QString::fromStdString(e2ee::recoveryCode(secret));
    }

    std::vector<Bytes> lists(const UserId& user)
    {
        return m_store->directory().lists(user, 0, 100);
    }

private:
    class Job final : public server::WriteJob {
    public:
        Job(std::function<void(server::Store&)> work, std::shared_ptr<bool> done)
            : m_work(std::move(work)), m_done(std::move(done))
        {
        }
        Verdict run(server::Store& store, server::Deliveries&) override
        {
            m_work(store);
            return Verdict::Keep;
        }
        void finish(std::optional<server::WriteFailure> failure) override { *m_done = !failure; }

    private:
        std::function<void(server::Store&)> m_work;
        std::shared_ptr<bool> m_done;
    };

    QString path() const { return m_folder.filePath(QStringLiteral("server.db")); }
    QString copyPath() const { return m_folder.filePath(QStringLiteral("backup.db")); }
    void start()
    {
        settings.incarnation = readIncarnation();
        m_writer = std::make_unique<server::GroupWriter>(path(), m_hub);
        REQUIRE(m_writer->failure().isEmpty());
        auto connection =
            server::SqlConnection::open(path(), server::SqlConnection::Mode::ReadOnly);
        REQUIRE(connection.ok());
        m_connection = std::move(connection).value();
        m_store = std::make_unique<server::SqlStore>(*m_connection);
        m_jobs = std::make_unique<server::SqlWriter>(*m_writer, [this] { m_wakeup.request(); });
        m_bus = m_hub.connect([this] { m_wakeup.request(); });
        m_core = std::make_unique<server::ChatServer>(
            settings, m_keys,
            server::ChatServer::Ports{*m_store, *m_jobs, clock, m_rng, *m_bus, m_limiter});
    }
    IncarnationId readIncarnation() const
    {
        auto connection =
            server::SqlConnection::open(path(), server::SqlConnection::Mode::ReadOnly);
        REQUIRE(connection.ok());
        return server::SqlStore(**connection).incarnation();
    }

    QTemporaryDir m_folder;
    server::ServerKeys m_keys;
    crypto::SystemRng m_rng;
    Wakeup m_wakeup{[this] {
        if (!m_core)
            return;
        const auto deliveries = m_bus->take();
        m_jobs->finishWaiting();
        m_core->deliver(deliveries);
    }};
    server::LocalBus m_hub;
    server::RateLimiter m_limiter{clock};
    std::unique_ptr<server::GroupWriter> m_writer;
    std::unique_ptr<server::SqlConnection> m_connection;
    std::unique_ptr<server::SqlStore> m_store;
    std::unique_ptr<server::SqlWriter> m_jobs;
    std::unique_ptr<server::EventBus> m_bus;
    std::unique_ptr<server::ChatServer> m_core;
    QTimer m_ticks;
};

/// Both ends of one connection at a time.
class LoopbackTransport final : public Transport {
public:
    explicit LoopbackTransport(TestServer& server) : m_server(server) {}
    ~LoopbackTransport() override { drop(); }

    /// What a frame becomes on its way; nothing: it is lost.
    using Tamper = std::function<std::optional<Bytes>(Bytes)>;
    Tamper fromServer;
    Tamper toServer;
    /// False: nobody answers.
    bool reachable = true;

    void open(const ServerLink&) override
    {
        drop();
        if (!reachable) {
            later([this] { Q_EMIT closed(TransportError::Unreachable); });
            return;
        }
        m_end = std::make_shared<End>();
        m_end->transport = this;
        m_server.core().opened(*m_end);
        later([this, end = m_end] {
            if (end == m_end)
                Q_EMIT opened(Hash32());
        });
    }

    void send(View frame) override
    {
        if (!m_end)
            return;
        auto bytes = std::optional<Bytes>(toBytes(frame));
        if (toServer)
            bytes = toServer(std::move(*bytes));
        if (!bytes)
            return;
        later([this, end = m_end, bytes = std::move(*bytes)] {
            if (end == m_end)
                m_server.core().received(*end, bytes);
        });
    }

    void close() override { drop(); }

    /// A frame as if the server had sent it.
    void inject(Bytes frame)
    {
        later([this, frame = std::move(frame)] { Q_EMIT received(frame); });
    }

    /// The line breaks.
    void cut()
    {
        if (!m_end)
            return;
        drop();
        Q_EMIT closed(TransportError::Closed);
    }

private:
    struct End final : server::ClientConnection {
        LoopbackTransport* transport = nullptr;
        void send(View frame) override
        {
            if (transport)
                transport->deliver(toBytes(frame));
        }
        void close(server::CloseCode, std::string_view) override
        {
            if (transport)
                transport->closeLater();
        }
        void admit(std::size_t) override {}
        std::size_t queuedBytes() const override { return 0; }
        const std::string& addressKey() const override { return m_address; }
        const Hash32& certificateHash() const override { return m_hash; }

    private:
        std::string m_address = "127.0.0.1";
        Hash32 m_hash;
    };

    void deliver(Bytes frame)
    {
        later([this, end = m_end, frame = std::move(frame)]() mutable {
            if (end != m_end)
                return;
            auto bytes = std::optional<Bytes>(std::move(frame));
            if (fromServer)
                bytes = fromServer(std::move(*bytes));
            if (bytes)
                Q_EMIT received(*bytes);
        });
    }
    void closeLater()
    {
        later([this, end = m_end] {
            if (end == m_end)
                cut();
        });
    }
    void later(std::function<void()> work)
    {
        QMetaObject::invokeMethod(this, std::move(work), Qt::QueuedConnection);
    }
    void drop()
    {
        if (const auto end = std::exchange(m_end, nullptr)) {
            end->transport = nullptr;
            m_server.core().closed(*end);
        }
    }

    TestServer& m_server;
    std::shared_ptr<End> m_end;
};

} // namespace impulse::client::test
