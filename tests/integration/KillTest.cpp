#include "tests/support/Catch.h"
#include "tests/support/Processes.h"
#include "tests/support/ServerProcess.h"

#include <QDateTime>
#include <QJsonArray>
#include <QTemporaryDir>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <set>

// Two clients write without pause while clients and server are killed at random. What was
// acknowledged, and what was durable in an outbox, is there once on both sides in the order in which
// it was written.

namespace {

using impulse::test::JsonProcess;
using impulse::test::ServerProcess;

QString key(const char* text)
{
    return QString::fromLatin1(text);
}

struct Person {
    QString name;
    QString peer;
    QString home;
    std::unique_ptr<JsonProcess> process;
    int written = 0;
    std::set<QString> queued;
    std::set<QString> sent;
    /// What the draft was from which moment on. Sending empties it.
    std::vector<std::pair<qint64, QString>> drafts;
    bool inChat = false;

    void start()
    {
        inChat = false;
        process = std::make_unique<JsonProcess>(impulse::test::programPath("impulse-soak-client"));
        process->onLine = [this](const QJsonObject& line) {
            const auto event = line[key("event")].toString();
            const auto text = line[key("text")].toString();
            if (event == key("queued"))
                queued.insert(text);
            else if (event == key("sent"))
                sent.insert(text);
        };
        process->start({home});
    }

    /// Opens the profile and the chat; the draft found there.
    QString enter()
    {
        process->send({{key("op"), key("open")}});
        const auto state = process->awaitEvent("state");
        INFO(process->errorOutput().toStdString());
        REQUIRE(state[key("unlocked")].toBool());
        process->send({{key("op"), key("chat")}, {key("with"), peer}});
        const auto chat = process->awaitEvent("chat");
        REQUIRE_FALSE(chat.isEmpty());
        inChat = true;
        return chat[key("draft")].toString();
    }

    void write()
    {
        process->send({{key("op"), key("send")},
                       {key("text"), QString(name + key("-") + QString::number(++written))}});
        drafts.emplace_back(QDateTime::currentMSecsSinceEpoch(), QString());
    }

    void type()
    {
        const QString draft = key("draft ") + QString::number(drafts.size());
        process->send({{key("op"), key("draft")}, {key("text"), draft}});
        drafts.emplace_back(QDateTime::currentMSecsSinceEpoch(), draft);
    }

    QStringList dump()
    {
        process->send({{key("op"), key("dump")}});
        QStringList texts;
        for (const auto& item : process->awaitEvent("dump")[key("texts")].toArray()) {
            const auto text = item.toObject()[key("text")].toString();
            if (!text.isEmpty())
                texts += text;
        }
        return texts;
    }
};

void registerPerson(Person& person, const QString& url)
{
    person.start();
    person.process->send({{key("op"), key("register")},
                          {key("name"), person.name},
                          {key("server"), url},
                          {key("password"), key("violet tractor 19")}});
    const auto done = person.process->await(
        [](const QJsonObject& line) {
            return line[key("event")] == key("registered") || line[key("event")] == key("failed");
        },
        60'000);
    INFO(done[key("error")].toString().toStdString());
    REQUIRE(done[key("event")] == key("registered"));
}

/// The draft is what it was a second before the kill, or became since.
void checkDraft(const Person& person, const QString& found, qint64 killedMs)
{
    QStringList allowed{person.drafts.empty() ? QString() : person.drafts.front().second};
    for (const auto& [ms, text] : person.drafts) {
        if (ms <= killedMs - 1000)
            allowed = {text};
        else
            allowed += text;
    }
    INFO("draft found: " << found.toStdString() << ", allowed: "
                         << allowed.join(QLatin1Char('|')).toStdString());
    CHECK(allowed.contains(found));
}

QStringList onlyOf(const QStringList& texts, const QString& author)
{
    QStringList result;
    std::copy_if(texts.begin(), texts.end(), std::back_inserter(result),
                 [&](const auto& text) { return text.startsWith(author + QLatin1Char('-')); });
    return result;
}

/// Each once, in the order of their numbers, none of `wanted` missing.
void checkHistory(const QStringList& texts, const Person& author)
{
    const auto own = onlyOf(texts, author.name);
    int last = 0;
    for (const auto& text : own) {
        const int number = text.section(QLatin1Char('-'), 1).toInt();
        INFO(text.toStdString());
        CHECK(number > last);
        last = number;
    }
    for (const auto& text : author.queued) {
        INFO("missing: " << text.toStdString());
        CHECK(own.contains(text));
    }
    for (const auto& text : author.sent) {
        INFO("acknowledged, but missing: " << text.toStdString());
        CHECK(own.contains(text));
    }
}

} // namespace

TEST_CASE("clients and server are killed at random while both sides write: nothing is lost, nothing comes twice",
          "[kill]")
{
    const bool isLong = qEnvironmentVariableIsSet("IMPULSE_LONG");
    const int rounds = isLong ? 1000 : 50;
    const unsigned seed = qEnvironmentVariableIsSet("IMPULSE_SEED")
                              ? qEnvironmentVariable("IMPULSE_SEED").toUInt()
                              : std::random_device{}();
    std::printf("kill test: %d rounds, seed %u (repeat with IMPULSE_SEED=%u)\n", rounds, seed, seed);
    std::fflush(stdout);
    std::mt19937 random(seed);

    QTemporaryDir folder;
    REQUIRE(folder.isValid());
    ServerProcess server(folder.filePath(key("server")));
    REQUIRE(server.start({key("--registration"), key("open")}));
    std::array<Person, 2> people{Person{key("anna"), key("boris"), folder.filePath(key("anna")), {}, 0, {}, {}, {}, false},
                                 Person{key("boris"), key("anna"), folder.filePath(key("boris")), {}, 0, {}, {}, {}, false}};
    for (auto& person : people)
        registerPerson(person, server.url());
    for (auto& person : people) {
        person.process->kill();
        person.start();
        person.enter();
    }

    for (int round = 0; round < rounds; ++round) {
        if (round > 0 && round % 100 == 0) {
            std::printf("kill test: %d rounds done\n", round);
            std::fflush(stdout);
        }
        const auto steps = 3 + random() % 10;
        for (unsigned step = 0; step < steps; ++step) {
            for (auto& person : people) {
                person.write();
                person.type();
                person.process->pump(static_cast<int>(random() % 40));
            }
        }
        if (round % 5 == 4) { // long enough for the drafts to have to be there
            for (auto& person : people)
                person.process->pump(600);
        }
        // 0: anna, 1: boris, 2: the server, 3: both clients, 4: everything
        const auto victim = random() % 5;
        const bool killServer = victim == 2 || victim == 4;
        if (killServer)
            server.kill();
        for (unsigned i = 0; i < people.size(); ++i) {
            if (victim != i && victim < 3)
                continue;
            const auto killedMs = QDateTime::currentMSecsSinceEpoch();
            people[i].process->kill();
            people[i].start();
            checkDraft(people[i], people[i].enter(), killedMs);
        }
        if (killServer) {
            for (auto& person : people)
                person.process->pump(static_cast<int>(random() % 60));
            REQUIRE(server.start({key("--registration"), key("open")}));
        }
    }

    // Quiet: everything that is in an outbox goes out and arrives.
    std::array<QStringList, 2> texts;
    for (int attempt = 0; attempt < 60; ++attempt) {
        for (auto& person : people)
            person.process->pump(500);
        texts = {people[0].dump(), people[1].dump()};
        const bool same = onlyOf(texts[0], people[0].name) == onlyOf(texts[1], people[0].name)
                          && onlyOf(texts[0], people[1].name) == onlyOf(texts[1], people[1].name);
        const bool allSent = std::all_of(people.begin(), people.end(), [](const Person& person) {
            return std::includes(person.sent.begin(), person.sent.end(), person.queued.begin(),
                                 person.queued.end());
        });
        if (same && (allSent || attempt > 20))
            break;
    }
    for (const auto& side : texts) {
        for (const auto& author : people)
            checkHistory(side, author);
    }
    // That nothing was lost says something only if much was sent.
    for (const auto& person : people)
        CHECK(person.sent.size() >= static_cast<std::size_t>(rounds));
    CHECK(onlyOf(texts[0], people[0].name) == onlyOf(texts[1], people[0].name));
    CHECK(onlyOf(texts[0], people[1].name) == onlyOf(texts[1], people[1].name));
    std::printf("kill test: %zu and %zu messages acknowledged, %lld and %lld on both sides\n",
                people[0].sent.size(), people[1].sent.size(),
                static_cast<long long>(onlyOf(texts[1], people[0].name).size()),
                static_cast<long long>(onlyOf(texts[0], people[1].name).size()));
}
