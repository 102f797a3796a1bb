#include "tests/support/Catch.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/WireClient.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTimer>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>

#include <sys/mount.h>

using namespace impulse;
using namespace impulse::tests;
using impulse::test::ServerProcess;

namespace {

constexpr std::size_t window = 16;

/// What a client knows of its own events: id by sender seq, and the log number of those accepted.
struct Sender {
    Sender(const TestPerson& self, const TestPerson& other) : person(self), peer(other) {}

    const TestPerson& person;
    const TestPerson& peer;
    std::vector<MessageId> ids;
    std::map<std::uint64_t, std::uint64_t> accepted;
    std::map<std::uint64_t, std::uint64_t> outstanding;
    std::uint64_t next = 1;
    std::uint64_t refusedForSpace = 0;

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
    /// `fullDisk`: StorageFull is an answer that may come, and what waits behind it is out of
    /// order.
    void collect(WireClient& client, bool fullDisk)
    {
        bool refused = false;
        std::erase_if(outstanding, [&](const auto& entry) {
            const auto& [request, senderSeq] = entry;
            if (const auto error = client.errors.find(request); error != client.errors.end()) {
                using protocol::ErrorCode;
                const auto code = error->second.code;
                const bool expected =
                    fullDisk && (code == ErrorCode::StorageFull || code == ErrorCode::OutOfOrder ||
                                 code == ErrorCode::Unavailable);
                if (!expected)
                    FAIL_CHECK("refused: " << protocol::name(code));
                refused = true;
                refusedForSpace += code == ErrorCode::StorageFull;
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
        if (refused && outstanding.empty())
            begin();
    }
};

std::map<std::uint64_t, protocol::LogEvent> readLog(WireClient& client, const ConversationId& id)
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
/// killed.
class Town {
public:
    explicit Town(ServerProcess& server) : m_server(server)
    {
        REQUIRE(server.start());
        for (const auto* person : {&m_anna, &m_bert, &m_carl}) {
            WireClient client;
            REQUIRE(
                (client.open(QUrl(server.url())) && client.hello() && client.registerAs(*person)));
        }
    }

    /// Writes with up to `window` events outstanding each; kills the server after `ms`.
    void writeAndKill(int ms, bool fullDisk = false)
    {
        std::array<WireClient, 3> clients;
        for (std::size_t i = 0; i < clients.size(); ++i) {
            auto& client = clients[i];
            REQUIRE((client.open(QUrl(m_server.url())) && client.hello() &&
                     client.login(m_senders[i].person)));
            m_senders[i].begin();
        }
        QTimer::singleShot(ms, &clients[0].socket, [&] { m_server.signal(SIGKILL); });
        const auto allClosed = [&] {
            return std::ranges::all_of(clients, [](const auto& client) { return client.closed; });
        };
        const auto pump = [&] {
            for (std::size_t i = 0; i < clients.size(); ++i) {
                m_senders[i].send(clients[i]);
                m_senders[i].collect(clients[i], fullDisk);
            }
            return allClosed();
        };
        CHECK(waitUntil(pump, 20'000));
        pump();
        m_server.waitExit();
    }

    /// Nothing acknowledged is missing, nothing is there twice, numbers have no holes.
    void check()
    {
        REQUIRE(m_server.start());
        for (const auto& [readerOf, log] : {std::pair(&m_senders[0], 2U), {&m_senders[2], 1U}}) {
            WireClient reader;
            REQUIRE((reader.open(QUrl(m_server.url())) && reader.hello() &&
                     reader.login(readerOf->person)));
            const auto events = readLog(reader, readerOf->person.conversationWith(readerOf->peer));
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

private:
    ServerProcess& m_server;
    const TestPerson m_anna{"anna"};
    const TestPerson m_bert{"bert"};
    const TestPerson m_carl{"carl"};
    std::array<Sender, 3> m_senders{Sender(m_anna, m_bert), Sender(m_bert, m_anna),
                                    Sender(m_carl, m_carl)};
};

unsigned seedOf(const char* test, int rounds)
{
    const auto* given = std::getenv("IMPULSE_SEED");
    const auto seed = given ? static_cast<unsigned>(std::stoul(given)) : std::random_device{}();
    std::cout << test << ": " << rounds << " rounds, seed " << seed
              << " (repeat with IMPULSE_SEED=" << seed << ")" << std::endl;
    return seed;
}

} // namespace

TEST_CASE("kill -9 in the middle of writes loses nothing that was acknowledged", "[server]")
{
    const int rounds = std::getenv("IMPULSE_LONG") ? 1000 : 100;
    std::mt19937 random(seedOf("server kill test", rounds));
    QTemporaryDir dir;
    ServerProcess server(dir.filePath(QStringLiteral("data")));
    Town town(server);
    for (int round = 0; round < rounds; ++round) {
        CAPTURE(round);
        town.writeAndKill(static_cast<int>(random() % 150));
        // Reading all of it takes longer and longer.
        if (round % 10 == 9)
            town.check();
        else
            REQUIRE(server.start());
    }
    CHECK(town.accepted() > static_cast<std::size_t>(rounds));
    std::cout << "server kill test: " << town.accepted() << " events acknowledged, all there\n";
    CHECK(server.stop());
}

TEST_CASE("kill -9 while the disk fills up loses nothing that was acknowledged (skipped without "
          "mount rights)",
          "[server]")
{
    const int rounds = std::getenv("IMPULSE_LONG") ? 50 : 5;
    std::mt19937 random(seedOf("full disk kill test", rounds));
    QTemporaryDir dir;
    const auto path = QFile::encodeName(dir.path());
    const auto mount = [&](int megabytes, unsigned long flags) {
        const auto size = "size=" + std::to_string(megabytes) + "m";
        return ::mount("tmpfs", path.constData(), "tmpfs", flags, size.c_str()) == 0;
    };
    int megabytes = 4;
    if (!mount(megabytes, 0))
        IMPULSE_SKIP("no right to mount");
    {
        ServerProcess server(dir.filePath(QStringLiteral("data")));
        Town town(server);
        std::uint64_t refused = 0;
        for (int round = 0; round < rounds; ++round) {
            CAPTURE(round);
            // Until there is no more room, and a little on.
            do
                town.writeAndKill(static_cast<int>(100 + random() % 300), true);
            while (town.refusedForSpace() == refused && server.start());
            refused = town.refusedForSpace();
            megabytes += 3;
            REQUIRE(mount(megabytes, MS_REMOUNT));
            town.check();
        }
        CHECK(refused > 0);
        std::cout << "full disk kill test: " << town.accepted() << " events acknowledged, "
                  << refused << " refused for lack of space\n";
        CHECK(server.stop());
    }
    ::umount2(path.constData(), MNT_DETACH);
}
