#include "tests/support/Processes.h"
#include "tests/support/StallingRelay.h"
#include "tests/support/WritingTown.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>

using namespace impulse;
using namespace impulse::tests;
using impulse::test::serverCommands;
using impulse::test::ServerProcess;

namespace {

/// README.md of the server, "Output and exit codes".
constexpr qint64 longestStopMs = 5000;

QStringList words(const char* text)
{
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

struct Server {
    QTemporaryDir dir;
    QString data = dir.filePath(QStringLiteral("data"));
    ServerProcess process{data};

    QUrl url() const { return QUrl(process.url()); }
    /// SIGTERM; `meanwhile` is called again and again until the server has gone.
    void stopInTime(const std::function<void()>& meanwhile = [] {})
    {
        QElapsedTimer elapsed;
        elapsed.start();
        process.signal(SIGTERM);
        CHECK(waitUntil(
            [&] {
                meanwhile();
                return !process.isRunning();
            },
            20'000));
        CHECK(elapsed.elapsed() < longestStopMs);
        CHECK(process.waitExit() == 0);
    }
    /// Bytes that wait for each connection, as `ctl sessions` tells.
    std::vector<double> queues() const
    {
        QProcess ctl;
        ctl.start(serverCommands(), words("ctl sessions --json --data") + QStringList{data});
        waitUntil([&] { return ctl.state() == QProcess::NotRunning; });
        std::vector<double> result;
        const auto object = QJsonDocument::fromJson(ctl.readAllStandardOutput()).object();
        for (const auto& row : object[QStringLiteral("rows")].toArray())
            result.push_back(row.toObject()[QStringLiteral("queuedBytes")].toDouble());
        return result;
    }
};

/// Counts the answers to each request.
struct CountingClient : WireClient {
    CountingClient()
    {
        QObject::connect(&socket, &QWebSocket::binaryMessageReceived, &socket,
                         [this](const QByteArray& message) {
                             const auto frame =
                                 protocol::decodeServerFrame(Bytes(message.begin(), message.end()));
                             REQUIRE(frame);
                             if (const auto* answer = std::get_if<protocol::AnswerFrame>(&*frame))
                                 ++answers[answer->id];
                             else if (const auto* error =
                                          std::get_if<protocol::ErrorFrame>(&*frame))
                                 ++answers[error->id];
                         });
    }
    bool enter(const QUrl& url, const TestPerson& person)
    {
        return open(url) && hello() && registerAs(person);
    }
    bool hasGoodbye() const
    {
        const auto* closing =
            pushes.empty() ? nullptr : std::get_if<protocol::ClosingPush>(&pushes.back());
        return closing && closing->reason == protocol::ErrorCode::Unavailable &&
               closing->retryAfterMs > 0;
    }

    std::map<std::uint64_t, int> answers;
};

/// Two people who write to each other without a pause.
struct WritingPair {
    explicit WritingPair(int number)
        : people{TestPerson("anna" + std::to_string(number)),
                 TestPerson("bert" + std::to_string(number))},
          senders{WritingSender(people[0], people[1]), WritingSender(people[1], people[0])}
    {
    }
    void enter(const QUrl& url)
    {
        for (std::size_t i = 0; i < 2; ++i)
            REQUIRE((clients[i].enter(url, people[i]) && clients[i].call(protocol::Sync{})));
    }
    void pump()
    {
        for (std::size_t i = 0; i < 2; ++i) {
            senders[i].send(clients[i]);
            senders[i].collect(clients[i], true);
        }
    }
    std::size_t accepted() const { return senders[0].accepted.size() + senders[1].accepted.size(); }

    std::array<TestPerson, 2> people;
    std::array<WritingSender, 2> senders;
    std::array<CountingClient, 2> clients;
};

/// What was acknowledged is stored, under the number that was named; and since answers go before
/// the goodbye, nothing is stored that was not acknowledged.
void checkStored(const Server& server, const WritingPair& pair)
{
    WireClient reader;
    REQUIRE((reader.open(server.url()) && reader.hello() && reader.login(pair.people[0])));
    const auto log = readLog(reader, pair.people[0].conversationWith(pair.people[1]));
    CHECK(log.size() == pair.accepted());
    for (const auto& sender : pair.senders) {
        for (const auto& [senderSeq, seq] : sender.accepted) {
            const auto id = sender.ids[senderSeq - 1];
            REQUIRE(log.contains(seq));
            CHECK(log.at(seq).aad == sender.person.aad(sender.peer, senderSeq, id));
        }
    }
}

} // namespace

TEST_CASE("a server that is stopped while people write answers what it took in and says goodbye",
          "[server]")
{
    Server server;
    REQUIRE(server.process.start());
    std::vector<std::unique_ptr<WritingPair>> pairs;
    for (int i = 0; i < 4; ++i) {
        pairs.push_back(std::make_unique<WritingPair>(i));
        pairs.back()->enter(server.url());
    }
    const auto pump = [&] {
        for (const auto& pair : pairs)
            pair->pump();
    };
    REQUIRE(waitUntil(
        [&] {
            pump();
            return std::ranges::all_of(pairs,
                                       [](const auto& pair) { return pair->accepted() >= 200; });
        },
        60'000));
    server.stopInTime(pump);
    CHECK(waitUntil([&] {
        return std::ranges::all_of(pairs, [](const auto& pair) {
            return pair->clients[0].closed && pair->clients[1].closed;
        });
    }));
    for (const auto& pair : pairs) {
        for (std::size_t i = 0; i < 2; ++i) {
            auto& client = pair->clients[i];
            pair->senders[i].collect(client, true, false);
            // What is outstanding was not taken in, or came after the end: the goodbye says so.
            CHECK(client.hasGoodbye());
            for (const auto& [id, count] : client.answers)
                CHECK(count == 1);
            for (const auto& [id, senderSeq] : pair->senders[i].outstanding)
                CHECK_FALSE(client.answers.contains(id));
        }
    }
    REQUIRE(server.process.start());
    for (const auto& pair : pairs)
        checkStored(server, *pair);
    CHECK(server.process.stop());
}

TEST_CASE("a server with 100 clients that do not read stops in time", "[server]")
{
    Server server;
    REQUIRE(server.process.start());
    const TestPerson anna("anna");
    CountingClient good;
    REQUIRE(good.enter(server.url(), anna));
    // Notes to self of nearly a megabyte, a page of which is what everybody asks for.
    constexpr int notes = 14;
    for (std::uint64_t i = 1; i <= notes; ++i) {
        auto note = anna.event(anna, i, TestPerson::randomMessageId(), 1);
        note.body = Bytes(65'536 + 72, 5);
        note.wraps.clear();
        REQUIRE(good.call(note));
    }
    struct Slow {
        explicit Slow(quint16 port) : relay(port) {}
        StallingRelay relay;
        WireClient client;
    };
    std::vector<std::unique_ptr<Slow>> crowd;
    const protocol::FetchEvents page{anna.conversationWith(anna), 0, notes};
    for (int i = 0; i < 100; ++i) {
        crowd.push_back(std::make_unique<Slow>(static_cast<quint16>(server.url().port())));
        auto& slow = *crowd.back();
        REQUIRE(
            (slow.client.open(QUrl(QStringLiteral("ws://127.0.0.1:%1/").arg(slow.relay.port()))) &&
             slow.client.hello() && slow.client.login(anna)));
        slow.relay.stopReading();
    }
    // Until more than the pushes may take waits for each; the one that reads is not among them.
    REQUIRE(waitUntil(
        [&] {
            for (const auto& slow : crowd)
                slow->client.send(page);
            const auto queues = server.queues();
            return std::ranges::count_if(
                       queues, [](double bytes) { return bytes > (std::size_t{2} << 20); }) == 100;
        },
        60'000));
    CHECK(good.call(protocol::GetContacts{}));
    server.stopInTime();
    CHECK(waitUntil([&] { return good.closed; }));
    CHECK(good.hasGoodbye());
}

TEST_CASE("a server with 1,000 idle connections says goodbye to each and stops in time", "[server]")
{
    Server server;
    REQUIRE(server.process.start(words("--registration open --max-connections-per-address 2000")));
    const TestPerson anna("anna");
    std::vector<std::unique_ptr<CountingClient>> crowd;
    for (int i = 0; i < 1000; ++i) {
        crowd.push_back(std::make_unique<CountingClient>());
        auto& client = *crowd.back();
        REQUIRE(client.open(server.url()));
        // Some have not said who they are.
        if (i % 10 != 9)
            REQUIRE((client.hello() && (i == 0 ? client.registerAs(anna) : client.login(anna))));
    }
    server.stopInTime();
    CHECK(waitUntil([&] {
        return std::ranges::all_of(crowd, [](const auto& client) { return client->closed; });
    }));
    CHECK(std::ranges::all_of(crowd, [](const auto& client) { return client->hasGoodbye(); }));
}
