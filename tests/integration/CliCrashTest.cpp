#include "tests/support/Catch.h"
#include "tests/support/CliPerson.h"
#include "tests/support/Processes.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QThread>

#include <iostream>

using namespace impulse::test;

namespace {

QString word(const char* text)
{
    return QString::fromUtf8(text);
}

/// What one side wrote: every text, and those that the server acknowledged.
struct Written {
    QStringList all;
    QStringList acknowledged;
};

/// Every acknowledged text stands exactly once in `seen`, the others at most once, all in order.
void compare(const Written& written, const QStringList& seen, const QString& prefix)
{
    QStringList found;
    for (const auto& line : seen) {
        if (line.startsWith(prefix) && written.all.contains(line.mid(prefix.size())))
            found.push_back(line.mid(prefix.size()));
    }
    for (const auto& text : written.acknowledged) {
        INFO("acknowledged: " << text.toStdString());
        CHECK(found.count(text) == 1);
    }
    QStringList order;
    for (const auto& text : written.all) {
        INFO("written: " << text.toStdString());
        CHECK(found.count(text) <= 1);
        if (found.contains(text))
            order.push_back(text);
    }
    CHECK(found == order);
}

} // namespace

TEST_CASE("cli: clients and server killed in mid-conversation lose and repeat nothing")
{
    const auto seed = QRandomGenerator::global()->generate();
    std::cout << "seed of the kill test: " << seed << std::endl;
    QRandomGenerator random(seed);
    const int rounds = qEnvironmentVariableIsSet("IMPULSE_LONG") ? 100 : 10;

    QTemporaryDir dir;
    ServerProcess server(dir.filePath(word("server")));
    REQUIRE(server.start({word("--registration"), word("open")}));
    const CliPerson anna(word("anna"), dir.filePath(word("anna")));
    const CliPerson bob(word("bob"), dir.filePath(word("bob")));
    REQUIRE(anna.registerAt(server.url()).exitCode == 0);
    REQUIRE(bob.registerAt(server.url()).exitCode == 0);
    REQUIRE(anna.run({word("send"), word("bob"), word("hello")}).exitCode == 0);
    REQUIRE(bob.run({word("accept"), word("anna")}).exitCode == 0);

    Written byAnna;
    Written byBob;
    const auto finish = [](QProcess& process, Written& written, const QString& text) {
        const CliRun run = CliPerson::finish(process);
        const QString state = run.field("sent", "state").toString();
        if (!state.isEmpty() && state != word("pending"))
            written.acknowledged.push_back(text);
    };
    for (int round = 0; round < rounds; ++round) {
        const QString textA = word("anna %1").arg(round);
        const QString textB = word("bob %1").arg(round);
        byAnna.all.push_back(textA);
        byBob.all.push_back(textB);
        const auto sendA = anna.start({word("send"), word("bob"), textA});
        const auto sendB = bob.start({word("send"), word("anna"), textB});
        QThread::msleep(static_cast<unsigned long>(random.bounded(50, 2500)));
        switch (random.bounded(4)) {
        case 0:
            sendA->kill();
            break;
        case 1:
            sendB->kill();
            break;
        case 2:
            server.kill();
            REQUIRE(server.start({word("--registration"), word("open")}));
            break;
        default:
            break;
        }
        finish(*sendA, byAnna, textA);
        finish(*sendB, byBob, textB);
    }

    // What is queued goes out with the next command.
    for (int i = 0; i < 2; ++i) {
        CHECK(anna.run({word("send"), word("bob"), word("end %1").arg(i)}).exitCode == 0);
        CHECK(bob.run({word("send"), word("anna"), word("end %1").arg(i)}).exitCode == 0);
    }
    const QStringList seenByAnna = anna.history(word("bob"));
    const QStringList seenByBob = bob.history(word("anna"));
    INFO("seed " << seed);
    compare(byAnna, seenByAnna, word("> "));
    compare(byAnna, seenByBob, word(""));
    compare(byBob, seenByBob, word("> "));
    compare(byBob, seenByAnna, word(""));
    CHECK_FALSE(byAnna.acknowledged.isEmpty());
    CHECK(seenByAnna.filter(word("!")).isEmpty());
    CHECK(seenByBob.filter(word("!")).isEmpty());
}
