#include "tests/demo/Demo.h"

#include "tests/support/MarkerSearch.h"

#include <QDir>
#include <QElapsedTimer>
#include <QRandomGenerator>

#include <cstdio>

namespace impulse::demo {
namespace {

QString key(const char* text)
{
    return QString::fromUtf8(text);
}

void print(const QString& line)
{
    std::printf("%s\n", line.toUtf8().constData());
    std::fflush(stdout);
}

QString cleanFolder(const QString& path)
{
    QDir(path).removeRecursively();
    QDir().mkpath(path);
    return path;
}

int rowsWith(const QStringList& rows, const QString& text)
{
    return static_cast<int>(std::count_if(rows.begin(), rows.end(),
                                          [&](const auto& row) { return row.contains(text); }));
}

} // namespace

Demo::Demo(const QString& output)
    : m_output(QDir(output).absolutePath()), m_server(m_output + key("/server"))
{
    cleanFolder(m_output);
}

void Demo::check(bool good, const QString& what)
{
    print((good ? key("  ok    ") : key("  FAILED ")) + what);
    m_failures += good ? 0 : 1;
}

QString Demo::marker()
{
    quint32 words[3];
    QRandomGenerator::system()->fillRange(words);
    return QStringLiteral("%1%2%3").arg(words[0], 8, 16, QLatin1Char('k')).arg(words[1], 8, 16, QLatin1Char('q')).arg(words[2], 8, 16, QLatin1Char('z'));
}

void Demo::registerBoth()
{
    const QString password = key("quiet harbour 42 ") + marker();
    for (auto* desktop : {m_anna.get(), m_boris.get()}) {
        desktop->start();
        const auto name = marker();
        m_markers[name] = key("display name");
        m_names[desktop] = name;
        desktop->registerAccount((desktop == m_anna.get() ? key("Anna ") : key("Boris ")) + name,
                                 password);
        print(desktop->username() + key(" registered and confirmed the recovery code"));
    }
}

void Demo::say(Desktop& author, const QString& words)
{
    const auto mark = marker();
    m_markers[mark] = key("message");
    m_sent.push_back({&author, mark});
    author.write(words + QLatin1Char(' ') + mark);
}

void Demo::getToKnow()
{
    m_anna->startChat(m_boris->username());
    say(*m_anna, key("Hello Boris, this is my first message."));
    m_boris->openChat(key("Anna "));
    m_boris->acceptRequest();
    check(m_boris->sees(m_sent.back().text), key("boris reads the first message after accepting"));
    say(*m_boris, key("Hello Anna, nice to read you."));
    check(m_anna->sees(m_sent.back().text), key("anna reads the answer"));
    check(m_boris->headerSays(m_names[m_anna.get()]) && m_anna->headerSays(m_names[m_boris.get()]),
          key("each sees the other's name"));
}

void Demo::chat()
{
    for (int i = 1; i <= 3; ++i) {
        say(*m_anna, QStringLiteral("Anna's line %1.").arg(i));
        say(*m_boris, QStringLiteral("Boris' line %1.").arg(i));
    }
    // An edit: the old text goes, the new one is there, on both sides.
    say(*m_anna, key("The venue is on the 13th."));
    const auto before = m_sent.back().text;
    check(m_boris->sees(before), key("boris reads the message before the edit"));
    const auto after = marker();
    m_markers[after] = key("edited text");
    m_anna->editLast(key("The venue is on the 14th. ") + after);
    m_sent.back().text = after;
    check(m_boris->sees(after) && m_boris->seesNot(before), key("boris sees the edit"));

    say(*m_boris, key("Something that boris takes back."));
    m_deleted = m_sent.back().text;
    m_sent.pop_back();
    check(m_anna->sees(m_deleted), key("anna reads the message before it is deleted"));
    m_boris->deleteMessage(m_deleted);
    check(m_anna->seesNot(m_deleted), key("the deleted message is gone at anna's"));

    const auto status = marker();
    m_markers[status] = key("status");
    m_anna->setStatus(key("In the garden ") + status);
    check(m_boris->headerSays(status), key("boris sees the status that anna set"));
}

void Demo::killAndComeBack()
{
    say(*m_anna, key("Just before the crash."));
    m_anna->kill();
    print(key("anna's client was killed (SIGKILL)"));
    say(*m_boris, key("Written while Anna is away."));
    m_server.kill();
    print(key("the server was killed (SIGKILL)"));
    say(*m_boris, key("In boris' outbox, one."));
    say(*m_boris, key("In boris' outbox, two."));
    m_anna->start();
    m_anna->unlock();
    m_anna->openChat(key("Boris "));
    say(*m_anna, key("In anna's outbox, one."));
    say(*m_anna, key("In anna's outbox, two."));
    m_boris->kill();
    print(key("boris' client was killed with messages in its outbox"));
    m_boris->start();
    m_boris->unlock();
    m_boris->openChat(key("Anna "));
    check(m_boris->sees(m_sent.back().text, 100) || m_boris->sees(key("outbox, two")),
          key("boris' outbox survived"));
    if (!m_server.start({key("--registration"), key("open")}))
        throw Stuck("the server did not come back: " + m_server.errors().toStdString());
    print(key("the server is back"));
    say(*m_anna, key("Are you there again?"));
    say(*m_boris, key("Yes, all of us."));
}

void Demo::settle()
{
    QElapsedTimer clock;
    clock.start();
    for (const auto& sent : m_sent) {
        auto* reader = sent.author == m_anna.get() ? m_boris.get() : m_anna.get();
        reader->sees(sent.text, static_cast<int>(std::max<qint64>(100, 60'000 - clock.elapsed())));
    }
    // Marks of delivery and reading go the other way.
    while (clock.elapsed() < 60'000) {
        const auto rows = m_anna->rows() + m_boris->rows();
        const bool waiting = rowsWith(rows, key("Sending")) + rowsWith(rows, key("Waiting for connection")) > 0;
        if (!waiting)
            break;
    }
}

void Demo::report()
{
    for (auto* desktop : {m_anna.get(), m_boris.get()}) {
        print(key("\nWhat ") + desktop->username() + key(" sees:"));
        for (const auto& row : desktop->rows()) {
            if (!row.isEmpty())
                print(key("    ") + row);
        }
        const QString file = m_output + QLatin1Char('/') + desktop->username() + key(".png");
        desktop->grab(file);
        print(key("  picture: ") + file);
    }
    print({});
    int acknowledged = 0;
    int once = 0;
    int lost = 0;
    int repeated = 0;
    const auto annaRows = m_anna->rows();
    const auto borisRows = m_boris->rows();
    std::map<Desktop*, int> last;
    bool inOrder = true;
    for (const auto& sent : m_sent) {
        const bool byAnna = sent.author == m_anna.get();
        const auto& own = byAnna ? annaRows : borisRows;
        const auto& other = byAnna ? borisRows : annaRows;
        for (const auto& row : own) {
            if (row.contains(sent.text)
                && (row.contains(key("Sent")) || row.contains(key("Delivered")) || row.contains(key("Read"))))
                ++acknowledged;
        }
        const int count = rowsWith(other, sent.text);
        once += count == 1 ? 1 : 0;
        lost += count == 0 ? 1 : 0;
        repeated += count > 1 || rowsWith(own, sent.text) > 1 ? 1 : 0;
        for (int i = 0; i < other.size(); ++i) {
            if (!other.at(i).contains(sent.text))
                continue;
            inOrder = inOrder && i >= last[sent.author];
            last[sent.author] = i;
        }
    }
    print(QStringLiteral("messages: %1 sent, %2 acknowledged, %3 received once, %4 lost, %5 repeated")
              .arg(m_sent.size())
              .arg(acknowledged)
              .arg(once)
              .arg(lost)
              .arg(repeated));
    const auto all = static_cast<int>(m_sent.size());
    check(acknowledged == all, key("every message was acknowledged"));
    check(once == all && lost == 0 && repeated == 0, key("every message arrived exactly once"));
    check(inOrder, key("each author's messages are in order"));
    check(rowsWith(annaRows + borisRows, m_deleted) == 0, key("the deleted message is nowhere"));
}

void Demo::searchServer()
{
    const QString folder = m_output + key("/server");
    QStringList found;
    for (const auto& [text, what] : m_markers) {
        for (const auto& file : test::MarkerSearch::filesWith(folder, text))
            found += what + key(" in ") + file;
    }
    found.removeDuplicates();
    for (const auto& line : found)
        print(key("    readable: ") + line);
    check(found.isEmpty(), QStringLiteral("none of %1 markers of messages, names and status is in any of "
                                          "the server's %2 files (UTF-8, UTF-16, hex, base64)")
                               .arg(m_markers.size())
                               .arg(test::MarkerSearch::countFiles(folder)));
    for (const auto* desktop : {m_anna.get(), m_boris.get()})
        check(!test::MarkerSearch::filesWith(folder, desktop->username()).isEmpty(),
              key("the same search finds the username ") + desktop->username());
}

int Demo::run()
{
    try {
        if (!m_server.start({key("--registration"), key("open")}))
            throw Stuck("the server did not start: " + m_server.errors().toStdString());
        print(key("server: ") + m_server.url());
        // Long enough that the search for them cannot hit by chance.
        m_anna = std::make_unique<Desktop>(key("anna-marigold"), m_output + key("/anna"), m_server.url());
        m_boris = std::make_unique<Desktop>(key("boris-juniper"), m_output + key("/boris"), m_server.url());
        registerBoth();
        getToKnow();
        chat();
        killAndComeBack();
        settle();
        report();
        check(m_anna->close() && m_boris->close(), key("both clients close cleanly"));
        // While it runs, and after a clean stop: database, WAL and log alike.
        searchServer();
        check(m_server.stop(), key("the server stops cleanly on SIGTERM"));
        QFile log(m_output + key("/server/stderr.log"));
        if (log.open(QIODevice::WriteOnly))
            log.write(m_server.errors());
        log.close();
        searchServer();
    } catch (const Stuck& stuck) {
        print(key("FAILED: ") + QString::fromStdString(stuck.what()));
        return 1;
    }
    print(m_failures == 0 ? key("\nDemonstration passed.")
                          : QStringLiteral("\nDemonstration failed: %1 checks.").arg(m_failures));
    return m_failures == 0 ? 0 : 1;
}

} // namespace impulse::demo
