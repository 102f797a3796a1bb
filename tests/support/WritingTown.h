#pragma once

#include "tests/support/Catch.h"
#include "tests/support/EventLoop.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/WireClient.h"

#include <QTimer>

#include <array>
#include <csignal>
#include <functional>
#include <span>

namespace impulse::tests {

/// What a client knows of its own events: id by sender seq, and the log number of those accepted.
struct WritingSender {
    static constexpr std::size_t window = 16;

    WritingSender(const TestPerson& self, const TestPerson& other) : person(self), peer(other) {}

    const TestPerson& person;
    const TestPerson& peer;
    std::vector<MessageId> ids;
    std::map<std::uint64_t, std::uint64_t> accepted;
    std::map<std::uint64_t, std::uint64_t> outstanding;
    std::uint64_t next = 1;
    std::uint64_t refusedForSpace = 0;
    std::uint64_t unavailable = 0;

    /// After a new connection: first those without an answer from before.
    void begin()
    {
        outstanding.clear();
        next = 1;
        while (accepted.contains(next))
            ++next;
    }
    protocol::SendEvent event(std::uint64_t senderSeq) const
    {
        if (&person != &peer)
            return person.event(peer, senderSeq, ids[senderSeq - 1]);
        auto note = person.event(peer, senderSeq, ids[senderSeq - 1], 1);
        note.wraps.clear();
        return note;
    }
    void send(WireClient& client)
    {
        while (outstanding.size() < window && !client.closed) {
            if (ids.size() < next)
                ids.push_back(TestPerson::randomMessageId());
            outstanding[client.send(event(next))] = next;
            ++next;
        }
    }
    /// `mayRefuse`: StorageFull and Unavailable are answers that may come, and what waits behind
    /// them is out of order.
    void collect(WireClient& client, bool mayRefuse, bool mayBegin = true)
    {
        bool refused = false;
        std::erase_if(outstanding, [&](const auto& entry) {
            const auto& [request, senderSeq] = entry;
            if (const auto error = client.errors.find(request); error != client.errors.end()) {
                using protocol::ErrorCode;
                const auto code = error->second.code;
                const bool expected =
                    mayRefuse && (code == ErrorCode::StorageFull || code == ErrorCode::OutOfOrder ||
                                  code == ErrorCode::Unavailable);
                if (!expected)
                    FAIL_CHECK("refused: " << protocol::name(code));
                refused = true;
                refusedForSpace += code == ErrorCode::StorageFull;
                unavailable += code == ErrorCode::Unavailable;
                return true;
            }
            const auto frame = client.frames.find(request);
            if (frame == client.frames.end())
                return false;
            const auto answer = protocol::decodeAnswer<protocol::SendEvent>(frame->second);
            REQUIRE(answer);
            accepted[senderSeq] = answer->seq;
            return true;
        });
        if (refused && outstanding.empty() && mayBegin)
            begin();
    }
};

inline std::map<std::uint64_t, protocol::LogEvent> readLog(WireClient& client,
                                                           const ConversationId& id)
{
    std::map<std::uint64_t, protocol::LogEvent> log;
    std::uint64_t after = 0;
    for (;;) {
        const auto page = client.call(protocol::FetchEvents{id, after, 200});
        REQUIRE(page);
        if (page->events.empty())
            return log;
        for (const auto& event : page->events) {
            // Contiguous.
            REQUIRE(event.seq == after + 1);
            after = event.seq;
            log.emplace(event.seq, event);
        }
    }
}

/// Two people who write to each other, and a third who writes to himself, on a server that is
/// killed or loses its database.
class WritingTown {
public:
    explicit WritingTown(test::ServerProcess& server, QStringList serverOptions = {})
        : m_server(server),
          m_options(QStringList{QStringLiteral("--registration"), QStringLiteral("open")} +
                    serverOptions)
    {
        REQUIRE(start());
        for (const auto* person : {&m_anna, &m_bert, &m_carl}) {
            WireClient client;
            REQUIRE(
                (client.open(QUrl(server.url())) && client.hello() && client.registerAs(*person)));
        }
    }

    bool start() { return m_server.start(m_options); }

    /// Writes with up to `window` events outstanding each; kills the server after `ms`.
    void writeAndKill(int ms, bool mayRefuse = false)
    {
        Clients clients;
        open(clients);
        QTimer::singleShot(ms, &clients[0].socket, [&] { m_server.signal(SIGKILL); });
        const auto allClosed = [&] {
            return std::ranges::all_of(clients, [](const auto& client) { return client.closed; });
        };
        CHECK(waitUntil(
            [&] {
                pump(clients, mayRefuse);
                return allClosed();
            },
            20'000));
        pump(clients, mayRefuse);
        m_server.waitExit();
    }

    /// Writes until `ended`, while the server stays; then waits for all answers.
    void writeUntil(const std::function<bool()>& ended)
    {
        Clients clients;
        open(clients);
        CHECK(waitUntil(
            [&] {
                pump(clients, true);
                return ended();
            },
            60'000));
        CHECK(waitUntil(
            [&] {
                bool waiting = false;
                for (std::size_t i = 0; i < clients.size(); ++i) {
                    m_senders[i].collect(clients[i], true, false);
                    waiting = waiting || !m_senders[i].outstanding.empty();
                }
                return !waiting;
            },
            60'000));
        for (const auto& client : clients)
            CHECK_FALSE(client.closed);
    }

    /// Nothing acknowledged is missing, nothing is there twice, numbers have no holes.
    void check()
    {
        if (!m_server.isRunning())
            REQUIRE(start());
        for (const auto& [readerOf, log] : {std::pair(&m_senders[0], 2U), {&m_senders[2], 1U}}) {
            // A thread whose connection to the database was lost tries it again after a while, and
            // until then says so; clients come again.
            std::unique_ptr<WireClient> reader;
            const auto logIn = [&] {
                reader = std::make_unique<WireClient>();
                return reader->open(QUrl(m_server.url())) && reader->hello() &&
                       reader->login(readerOf->person);
            };
            REQUIRE(waitUntil(logIn));
            const auto events = readLog(*reader, readerOf->person.conversationWith(readerOf->peer));
            std::map<Bytes, std::uint64_t> byAad;
            for (const auto& [seq, event] : events)
                CHECK(byAad.emplace(event.aad, seq).second);
            for (auto& sender : std::span(m_senders).subspan(log == 2 ? 0 : 2, log)) {
                for (const auto& [senderSeq, seq] : sender.accepted) {
                    const auto aad =
                        sender.person.aad(sender.peer, senderSeq, sender.ids[senderSeq - 1]);
                    REQUIRE(byAad.contains(aad));
                    CHECK(byAad.at(aad) == seq);
                }
            }
        }
    }

    std::size_t accepted() const
    {
        std::size_t result = 0;
        for (const auto& sender : m_senders)
            result += sender.accepted.size();
        return result;
    }
    std::uint64_t refusedForSpace() const
    {
        std::uint64_t result = 0;
        for (const auto& sender : m_senders)
            result += sender.refusedForSpace;
        return result;
    }

    std::uint64_t unavailable() const
    {
        std::uint64_t result = 0;
        for (const auto& sender : m_senders)
            result += sender.unavailable;
        return result;
    }

private:
    using Clients = std::array<WireClient, 3>;

    void open(Clients& clients)
    {
        for (std::size_t i = 0; i < clients.size(); ++i) {
            auto& client = clients[i];
            REQUIRE((client.open(QUrl(m_server.url())) && client.hello() &&
                     client.login(m_senders[i].person)));
            m_senders[i].begin();
        }
    }
    void pump(Clients& clients, bool mayRefuse)
    {
        for (std::size_t i = 0; i < clients.size(); ++i) {
            m_senders[i].send(clients[i]);
            m_senders[i].collect(clients[i], mayRefuse);
        }
    }

    test::ServerProcess& m_server;
    const QStringList m_options;
    const TestPerson m_anna{"anna"};
    const TestPerson m_bert{"bert"};
    const TestPerson m_carl{"carl"};
    std::array<WritingSender, 3> m_senders{WritingSender(m_anna, m_bert),
                                           WritingSender(m_bert, m_anna),
                                           WritingSender(m_carl, m_carl)};
};

} // namespace impulse::tests
