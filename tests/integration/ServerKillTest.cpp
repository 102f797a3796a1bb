#include "tests/support/Catch.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/WireClient.h"

#include <QTemporaryDir>
#include <QTimer>

#include <csignal>
#include <random>

using namespace impulse;
using namespace impulse::tests;
using impulse::test::ServerProcess;

namespace {

/// What a client knows of its own events: id by sender seq, and the log number of those accepted.
struct Sender {
    explicit Sender(const char* name) : person(name) {}

    TestPerson person;
    std::vector<MessageId> ids;
    std::map<std::uint64_t, std::uint64_t> accepted;
};

/// Sends with up to `window` events outstanding, first those without an answer from before, until
/// the connection breaks.
void writeUntilClosed(WireClient& client, Sender& sender, const TestPerson& peer,
                      std::size_t window)
{
    std::map<std::uint64_t, std::uint64_t> outstanding;
    std::uint64_t next = 1;
    while (sender.accepted.contains(next))
        ++next;
    const auto collect = [&] {
        std::erase_if(outstanding, [&](const auto& entry) {
            const auto& [request, senderSeq] = entry;
            if (const auto error = client.errors.find(request); error != client.errors.end()) {
                FAIL_CHECK("refused: " << protocol::name(error->second.code) << " "
                                       << error->second.message);
                return true;
            }
            const auto frame = client.frames.find(request);
            if (frame == client.frames.end())
                return false;
            const auto answer = protocol::decodeAnswer<protocol::SendEvent>(frame->second);
            REQUIRE(answer);
            sender.accepted[senderSeq] = answer->seq;
            return true;
        });
    };
    while (!client.closed) {
        while (outstanding.size() < window && !client.closed) {
            if (sender.ids.size() < next)
                sender.ids.push_back(TestPerson::randomMessageId());
            outstanding[client.send(sender.person.event(peer, next, sender.ids[next - 1]))] = next;
            ++next;
        }
        const auto before = outstanding.size();
        waitUntil(
            [&] {
                collect();
                return client.closed || outstanding.size() < before;
            },
            5000);
    }
    collect();
}

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
            CHECK(event.seq == after + 1);
            after = event.seq;
            CHECK(log.emplace(event.seq, event).second);
        }
    }
}

} // namespace

TEST_CASE("kill -9 in the middle of writes loses nothing that was acknowledged")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    QTemporaryDir dir;
    ServerProcess server(dir.filePath(QStringLiteral("data")));
    Sender anna("anna");
    const TestPerson bert("bert");
    REQUIRE(server.start());
    {
        WireClient first;
        WireClient second;
        REQUIRE((first.open(QUrl(server.url())) && first.hello() && first.registerAs(anna.person)));
        REQUIRE((second.open(QUrl(server.url())) && second.hello() && second.registerAs(bert)));
    }
    for (int round = 0; round < 8; ++round) {
        WireClient client;
        REQUIRE((client.open(QUrl(server.url())) && client.hello() && client.login(anna.person)));
        QTimer::singleShot(static_cast<int>(20 + random() % 200), &client.socket,
                           [&] { server.signal(SIGKILL); });
        writeUntilClosed(client, anna, bert, 16);
        server.waitExit();
        REQUIRE(server.start());
        WireClient reader;
        REQUIRE((reader.open(QUrl(server.url())) && reader.hello() && reader.login(bert)));
        const auto log = readLog(reader, anna.person.conversationWith(bert));
        for (const auto& [senderSeq, seq] : anna.accepted) {
            REQUIRE(log.contains(seq));
            CHECK(log.at(seq).aad == anna.person.aad(bert, senderSeq, anna.ids[senderSeq - 1]));
        }
        // One sender: its numbers and the log's are the same, so nothing is there twice.
        CHECK(log.size() <= anna.ids.size());
    }
    CHECK(anna.accepted.size() > 8);
    INFO("accepted " << anna.accepted.size());
    server.signal(SIGTERM);
    CHECK(server.waitExit() == 0);
}
