#pragma once

#include "common/crypto/Codec.h"
#include "common/crypto/Identity.h"
#include "common/crypto/Login.h"
#include "common/crypto/Prekeys.h"
#include "common/protocol/Codec.h"
#include "server/core/ChatServer.h"
#include "server/core/LocalBus.h"
#include "server/storage/SqlStore.h"
#include "tests/support/Catch.h"
#include "tests/support/TestDatabase.h"

#include <deque>

/// The server's core on the real store, driven with frames through connections without sockets.
namespace impulse::tests {

using namespace impulse::server;
using crypto::EventKind;
using protocol::ContactState;
using protocol::ErrorCode;

/// What a client's profile looks like to the server: a readable head and ciphertext.
inline Bytes profileOf(std::uint32_t version, std::uint8_t filling)
{
    Bytes profile(310, filling);
    const auto head = crypto::be32(version);
    profile.front() = 1;
    std::ranges::copy(head, profile.begin() + 1);
    return profile;
}

class FakeClock final : public Clock {
public:
    std::uint64_t nowMs() const override { return now; }
    std::uint64_t elapsedMs() const override { return now + m_setBackMs; }
    /// Somebody sets the time of day.
    void setBack(std::uint64_t ms)
    {
        now -= ms;
        m_setBackMs += ms;
    }
    std::uint64_t now = 1'790'000'000'000;

private:
    std::uint64_t m_setBackMs = 0;
};

/// Runs jobs on the calling thread, each in a transaction of its own, when flush() is called.
class DirectWriter final : public Writer {
public:
    DirectWriter(SqlConnection& connection, Publisher& publisher)
        : m_connection(connection), m_store(connection), m_publisher(publisher)
    {
    }

    void submit(std::unique_ptr<WriteJob> job) override { m_jobs.push_back(std::move(job)); }
    /// Everything that waits, and what follows from it.
    void flush();

    /// Jobs wait for flush(), as they do for a commit.
    bool held = false;
    /// What the next commits come to.
    std::optional<WriteFailure> failure;

private:
    SqlConnection& m_connection;
    SqlStore m_store;
    Publisher& m_publisher;
    std::deque<std::unique_ptr<WriteJob>> m_jobs;
};

class FakeConnection final : public ClientConnection {
public:
    void send(View frame) override
    {
        if (!closeCode)
            frames.push_back(toBytes(frame));
    }
    void close(CloseCode code, std::string_view) override { closeCode = code; }
    void admit(std::size_t bytes) override { frameLimit = bytes; }
    std::size_t queuedBytes() const override { return queued; }
    const std::string& addressKey() const override { return address; }
    const Hash32& certificateHash() const override { return certificate; }

    std::vector<Bytes> frames;
    std::optional<CloseCode> closeCode;
    std::size_t queued = 0;
    std::size_t frameLimit = limits::earlyFrame;
    std::string address = "192.0.2.1";
    Hash32 certificate = *Hash32::from(Bytes(32, 0xc3));
};

class TestServer {
public:
    explicit TestServer(ServerSettings settings = openSettings());

    static ServerSettings openSettings()
    {
        ServerSettings settings;
        settings.registration = protocol::RegistrationPolicy::Open;
        return settings;
    }

    /// Everything that waits for a commit, and what follows from it.
    void flush();
    /// Pushes what has come over the bus.
    void deliver() const { chat->deliver(bus->take()); }
    /// Keeps a copy of the database.
    void backUp();
    /// Puts the copy back as the restore command does, and starts anew. No client is connected.
    void restore();
    /// The same database, a new process. No client is connected.
    void restart();
    /// Time goes by, and what is due is done.
    void pass(std::uint64_t ms);

    const ServerSettings settings;
    test::TestDatabase database;
    crypto::SystemRng rng;
    FakeClock clock;
    ServerKeys keys;
    LocalBus hub;
    RateLimiter limiter{clock};
    std::unique_ptr<EventBus> bus;
    std::unique_ptr<SqlConnection> writeConnection;
    std::unique_ptr<SqlConnection> readConnection;
    std::unique_ptr<SqlStore> store;
    std::unique_ptr<DirectWriter> writer;
    std::unique_ptr<ChatServer> chat;

private:
    void open();
    void close();
};

/// Keys of one account with one or more devices.
class Person {
public:
    explicit Person(std::string name);

    crypto::Device makeDevice();
    /// The next list, of these devices; `next` says whether it continues from there.
    Bytes listOf(const std::vector<const crypto::Device*>& devices, bool next = true);
    static Bytes signedPrekey(const crypto::Device& device, std::uint32_t id);
    static std::vector<Bytes> oneTimePrekeys(std::uint32_t first, std::uint32_t count);
    protocol::Register registration();

    std::string username;
    UserId userId;
    crypto::RootSecret root;
    std::uint32_t generation = 1;
    std::uint64_t version = 0;
    Hash32 previous;
    protocol::WireSecret auth;
    protocol::WireSecret recoveryAuth;
    std::vector<crypto::Device> devices;
};

protocol::WireSecret randomSecret();

/// One connection of a client: requests are answered at once, pushes are kept.
class Client {
public:
    explicit Client(TestServer& server, std::string address = "192.0.2.1");
    ~Client() { disconnect(); }
    Client(const Client&) = delete;

    void disconnect();
    /// A new connection from the same address, in the state of the first one.
    void reconnect();
    /// Sends bytes as they are.
    void sendBytes(View frame);
    template <class Request> std::uint64_t send(const Request& request)
    {
        sendBytes(protocol::encodeRequest(++m_lastId, request));
        return m_lastId;
    }
    /// The answer to a request that was sent, or its refusal. Fails the test if there is not
    /// exactly one.
    template <class Request>
    Result<protocol::ResultOf<Request>, protocol::Error> answer(std::uint64_t id)
    {
        collect();
        REQUIRE(m_answers.count(id) == 1);
        const auto bytes = m_answers.find(id)->second;
        auto frame = protocol::decodeServerFrame(bytes);
        REQUIRE(frame);
        if (auto* error = std::get_if<protocol::ErrorFrame>(&*frame))
            return Failure{error->error};
        auto result = protocol::decodeAnswer<Request>(bytes);
        REQUIRE(result);
        return std::move(*result);
    }
    bool isAnswered(std::uint64_t id)
    {
        collect();
        return m_answers.contains(id);
    }
    template <class Request> auto call(const Request& request)
    {
        return answer<Request>(send(request));
    }
    /// The answer; fails the test if it was refused.
    template <class Request> protocol::ResultOf<Request> good(const Request& request)
    {
        auto result = call(request);
        if (!result)
            FAIL("refused: " << protocol::name(result.error().code));
        return std::move(*result);
    }
    template <class Request> protocol::Error refused(const Request& request)
    {
        auto result = call(request);
        REQUIRE_FALSE(result);
        return result.error();
    }
    template <class Request> ErrorCode code(const Request& request)
    {
        return refused(request).code;
    }

    protocol::HelloResult hello();
    void registerAs(Person& person);
    /// Signs for this connection's hello.
    protocol::DeviceLogin loginOf(const Person& person, const crypto::Device& device) const;
    void logIn(const Person& person, const crypto::Device& device);
    void sync() { good(protocol::Sync{}); }

    /// Pushes of one kind since the last call, in order.
    template <class Push> std::vector<Push> take()
    {
        collect();
        std::vector<Push> result;
        std::erase_if(m_pushes, [&](const protocol::AnyPush& push) {
            if (const auto* found = std::get_if<Push>(&push))
                return result.push_back(*found), true;
            return false;
        });
        return result;
    }
    std::size_t pushCount()
    {
        collect();
        return m_pushes.size();
    }
    void forgetPushes()
    {
        collect();
        m_pushes.clear();
    }

    FakeConnection connection;

private:
    void collect();

    TestServer& m_server;
    bool m_open = true;
    std::uint64_t m_lastId = 0;
    protocol::Nonce m_nonce;
    protocol::HelloResult m_hello;
    std::multimap<std::uint64_t, Bytes> m_answers;
    std::vector<protocol::AnyPush> m_pushes;
};

/// A registered person with one connected device that gets pushes.
struct Member {
    explicit Member(TestServer& server, const std::string& name);

    Person person;
    Client client;

    const crypto::Device& device() const { return person.devices.front(); }
    const UserId& id() const { return person.userId; }
};

/// An event of `sender` to `peer`, wrapped for `readers`.
struct EventParts {
    const Person& sender;
    const crypto::Device& device;
    const UserId& peer;
    std::uint64_t seq = 1;
    std::uint64_t roster = 2;
};
MessageId randomMessageId();
Bytes aadOf(const EventParts& parts, const MessageId& id, EventKind kind = EventKind::Direct,
            std::uint8_t flags = 0);
protocol::SendEvent eventOf(const EventParts& parts, const std::vector<DeviceId>& readers,
                            const MessageId& id = randomMessageId());
protocol::SendEvent eventOf(const Member& from, const Member& to, std::uint64_t seq);
protocol::SendControl controlOf(const Member& from, const Member& to);
protocol::SendTransient typingOf(const Member& from, const Member& to);

} // namespace impulse::tests
