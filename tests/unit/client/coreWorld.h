#pragma once

#include "client/core/Client.h"
#include "client/core/ThreadWorkerPool.h"
#include "client/core/ports/SecretStore.h"
#include "client/core/state/LocalState.h"
#include "client/core/state/SecretBridge.h"
#include "client/e2ee/LocalStore.h"
#include "client/storage/SqlClientStore.h"
#include "tests/unit/client/coreServer.h"

#include <QFile>

#include <set>

/// A server and clients in one process, back to back: the real cores and databases.
namespace impulse::client::test {

/// Threads that a test may make wait, counted.
class TestWorkers final : public WorkerPool {
public:
    void run(std::function<void()> work, std::function<void()> done) override
    {
        ++runs;
        if (held)
            m_waiting.emplace_back(std::move(work), std::move(done));
        else
            m_threads.run(std::move(work), std::move(done));
    }
    void release()
    {
        held = false;
        for (auto& [work, done] : std::exchange(m_waiting, {}))
            m_threads.run(std::move(work), std::move(done));
    }
    bool hasWaiting() const { return !m_waiting.empty(); }

    int runs = 0;
    bool held = false;

private:
    ThreadWorkerPool m_threads;
    std::vector<std::pair<std::function<void()>, std::function<void()>>> m_waiting;
};

/// One person's client with its disk. restart() is a new process on the same disk.
class TestPerson {
public:
    TestPerson(TestServer& server, QString who) : m_server(server), name(std::move(who))
    {
        start();
    }

    void start()
    {
        transport = std::make_unique<LoopbackTransport>(m_server);
        m_store = std::make_unique<SqlClientStore>(databasePath());
        m_client = std::make_unique<Client>(
            ClientPorts{*transport, *m_store, workers, clock, secrets, nullptr, name,
                        crypto::Argon2Params{2, std::uint64_t{64} << 20}, 500, placeholderMs});
        QObject::connect(
            &m_client->accounts(), &Accounts::securityWarning, m_client.get(),
            [this](const QString& text, bool red) { warnings.emplace_back(text, red); });
        auto state = std::make_shared<std::optional<ProfileState>>();
        m_client->accounts().open([state](const Result<ProfileState, ClientError>& opened) {
            REQUIRE(opened.ok());
            *state = *opened;
        });
        REQUIRE(waitUntil([&] { return state->has_value(); }));
    }

    void stop()
    {
        m_client.reset();
        m_store.reset();
        transport.reset();
    }

    void restart()
    {
        stop();
        start();
        unlock();
    }

    void unlock()
    {
        REQUIRE(done(
            [&](auto callback) { m_client->accounts().unlock(Password(password), callback); }));
    }

    /// Looks at, or changes, what is on the disk. Only while stopped.
    void withState(const std::function<void(LocalState&, WriteBatch&)>& work)
    {
        SqlClientStore store(databasePath());
        LocalState state(store, clock);
        bool ready = false;
        store.open([&](const auto& opened) { ready = opened.ok(); });
        REQUIRE(waitUntil([&] { return ready; }, 20'000));
        REQUIRE(wait(state.loadProfile()).ok());
        const auto& profile = *state.profile;
        const auto& parameters = *profile.slotParameters;
        const auto server = ServerLink::parse(QString::fromStdString(profile.server));
        const auto keys = crypto::derivePassword(
            password.toStdString(), profile.username, *server->serverId,
            *crypto::ServerSalt::from(parameters.serverSalt), {parameters.ops, parameters.mem});
        REQUIRE(keys.ok());
        auto key = e2ee::openLocalDataKey(keys->wrap, profile.userId, *profile.slot);
        REQUIRE(key.ok());
        state.vault().open(std::move(key).value());
        REQUIRE(wait(state.load()).ok());
        WriteBatch batch;
        work(state, batch);
        ready = false;
        state.commit(std::move(batch), [&] { ready = true; });
        REQUIRE(waitUntil([&] { return ready; }, 20'000));
    }

    /// A warning with this text was shown, in this colour.
    bool wasWarned(const QString& part, bool red) const
    {
        return std::ranges::any_of(warnings, [&](const auto& warning) {
            return warning.first.contains(part) && warning.second == red;
        });
    }

    /// Becomes a further device of this person's account. Its listed devices are still his, except
    /// those that are lost.
    SignedIn join(const TestPerson& first, const std::set<DeviceId>& lost = {})
    {
        recoveryCode = first.recoveryCode;
        password = first.password;
        const auto joined = signIn(first.name, recoveryCode, lost);
        REQUIRE(joined.ok());
        REQUIRE(online());
        return *joined;
    }

    QString databasePath() const { return m_folder.filePath(QStringLiteral("client.db")); }
    /// Copies the disk away and back: a restored backup. Only while stopped.
    void saveDisk() { copy(databasePath(), m_folder.filePath(QStringLiteral("saved.db"))); }
    void restoreDisk()
    {
        QFile::remove(databasePath() + QStringLiteral("-wal"));
        QFile::remove(databasePath() + QStringLiteral("-shm"));
        copy(m_folder.filePath(QStringLiteral("saved.db")), databasePath());
    }

    ServerLink link() const
    {
        ServerLink link;
        link.host = QStringLiteral("localhost");
        link.tls = false;
        return link;
    }

    /// The callback's result, or a failed requirement after 20 s.
    template <class T, class Start> Result<T, ClientError> ask(Start begin)
    {
        auto answer = std::make_shared<std::optional<Result<T, ClientError>>>();
        begin(
            Callback<T>([answer](Result<T, ClientError> result) { *answer = std::move(result); }));
        REQUIRE(waitUntil([&] { return answer->has_value(); }, 20'000));
        return std::move(**answer);
    }
    template <class Start> bool done(Start begin) { return ask<void>(begin).ok(); }

    QString registerAccount()
    {
        auto result = ask<Registered>([&](auto callback) {
            m_client->accounts().registerAccount(
                {link(), {}, name, name + QStringLiteral(" Shown"), Password(password), false}, {},
                callback);
        });
        REQUIRE(result.ok());
        recoveryCode = result->recoveryCode;
        REQUIRE(online());
        return recoveryCode;
    }

    /// Joins the account `username` on this computer; the listed devices are still one's own, except
    /// those that are lost.
    Result<SignedIn, ClientError> signIn(const QString& username, const QString& code,
                                         const std::set<DeviceId>& lost = {})
    {
        const auto tellFates = [lost](const std::vector<ListedDevice>& devices, const auto& reply) {
            std::vector<DeviceFate> fates;
            for (const auto& device : devices)
                fates.push_back(lost.contains(device.id) ? DeviceFate::Lost
                                                         : DeviceFate::StillMine);
            reply(fates);
        };
        return ask<SignedIn>([&](auto callback) {
            m_client->accounts().signIn(
                {link(), username, Password(password), false, {}, false},
                {[code](const std::optional<ClientError>& problem, const auto& reply) {
                     reply(problem ? QString() : code);
                 },
                 tellFates},
                {}, callback);
        });
    }
    static void keepAll(const std::vector<ListedDevice>& devices,
                        const std::function<void(std::vector<DeviceFate>)>& reply)
    {
        reply(std::vector<DeviceFate>(devices.size(), DeviceFate::StillMine));
    }

    bool online()
    {
        return waitUntil([&] { return m_client->connection().state() == ConnectionState::Online; },
                         20'000);
    }

    ConversationId chatWith(const QString& other)
    {
        const auto person =
            ask<PersonItem>([&](auto callback) { m_client->people().find(other, callback); });
        REQUIRE(person.ok());
        const auto id = ask<ConversationId>(
            [&](auto callback) { m_client->chats().start(person->id, callback); });
        REQUIRE(id.ok());
        return *id;
    }

    MessageId say(const ConversationId& chat, const QString& text,
                  std::optional<MessageId> replyTo = {})
    {
        const auto id = ask<MessageId>(
            [&](auto callback) { m_client->chats().sendText(chat, text, replyTo, callback); });
        REQUIRE(id.ok());
        return *id;
    }

    std::vector<MessageItem> messages(const ConversationId& chat)
    {
        auto page = ask<MessagePage>(
            [&](auto callback) { m_client->chats().readPage(chat, std::nullopt, 500, callback); });
        REQUIRE(page.ok());
        return page->messages;
    }

    QStringList texts(const ConversationId& chat)
    {
        QStringList texts;
        for (const auto& message : messages(chat)) {
            if (message.kind == MessageKind::Text)
                texts.append(message.text);
            else if (message.kind == MessageKind::Deleted)
                texts.append(QStringLiteral("<deleted>"));
            else if (message.kind == MessageKind::Missing)
                texts.append(QStringLiteral("<missing>"));
            else if (message.kind == MessageKind::Refused)
                texts.append(QStringLiteral("<refused>"));
            else if (message.kind == MessageKind::System)
                texts.append(QStringLiteral("<line>"));
        }
        return texts;
    }

    bool sees(const ConversationId& chat, const QStringList& expected, int limitMs = 15'000)
    {
        const QDeadlineTimer deadline(limitMs);
        while (texts(chat) != expected && !deadline.hasExpired())
            QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
        CHECK(texts(chat).join(QLatin1Char('|')).toStdString() ==
              expected.join(QLatin1Char('|')).toStdString());
        return texts(chat) == expected;
    }

    std::optional<MessageItem> message(const ConversationId& chat, const MessageId& id)
    {
        for (const auto& item : messages(chat)) {
            if (item.id == id)
                return item;
        }
        return std::nullopt;
    }

    bool reaches(const ConversationId& chat, const MessageId& id, MessageState state,
                 int limitMs = 15'000)
    {
        const QDeadlineTimer deadline(limitMs);
        for (;;) {
            const auto item = message(chat, id);
            if (item && item->state == state)
                return true;
            if (deadline.hasExpired())
                return false;
            QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
        }
    }

    Client& client() { return *m_client; }

private:
    /// Runs a task to its end.
    static Result<void, ClientError> wait(Task<Result<void, ClientError>> task)
    {
        auto result = std::make_shared<std::optional<Result<void, ClientError>>>();
        keep(std::move(task), result).detach();
        REQUIRE(waitUntil([&] { return result->has_value(); }, 20'000));
        return **result;
    }
    static Task<void> keep(Task<Result<void, ClientError>> task,
                           std::shared_ptr<std::optional<Result<void, ClientError>>> result)
    {
        *result = co_await task;
    }
    static void copy(const QString& from, const QString& to)
    {
        QFile::remove(to);
        REQUIRE(QFile::copy(from, to));
    }

    TestServer& m_server;
    QTemporaryDir m_folder;
    std::unique_ptr<SqlClientStore> m_store;

public:
    TestWorkers workers;
    TestClock clock;
    /// Takes effect with the next start().
    SecretStore* secrets = nullptr;
    std::unique_ptr<LoopbackTransport> transport;
    QString name;
    QString password = QStringLiteral("correct horse battery");
    QString recoveryCode;
    int placeholderMs = 250;
    std::vector<std::pair<QString, bool>> warnings;

private:
    std::unique_ptr<Client> m_client;
};

inline const QString hello = QStringLiteral("Hello, Boris");
inline const QString answer = QStringLiteral("Hello, Anna");

/// Anna and Boris with accounts on one server.
struct World {
    TestServer server;
    TestPerson anna{server, QStringLiteral("anna")};
    TestPerson boris{server, QStringLiteral("boris")};
    ConversationId chat;

    World()
    {
        anna.registerAccount();
        boris.registerAccount();
    }

    /// Both have written, so both have accepted each other.
    void acquaint()
    {
        chat = anna.chatWith(QStringLiteral("boris"));
        anna.say(chat, hello);
        REQUIRE(boris.sees(chat, {hello}));
        boris.say(chat, answer);
        REQUIRE(anna.sees(chat, {hello, answer}));
    }
};

} // namespace impulse::client::test
