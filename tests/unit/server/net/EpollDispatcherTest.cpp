#include <QtGlobal>

#ifdef Q_OS_LINUX

#include "server/net/EpollDispatcher.h"
#include "tests/support/Catch.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QFile>
#include <QSocketNotifier>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>
#include <QTcpSocket>
#include <QThread>
#include <QTimer>
#include <QTimerEvent>

#include <array>
#include <functional>
#include <sys/socket.h>
#include <unistd.h>

using namespace impulse::server;

namespace {

/// Runs `body` on a thread with an EpollDispatcher, inside its event loop; the loop ends when
/// `body` has called the function that it is given, or after 20 s. True if it was called.
bool onDispatcher(const std::function<void(const std::function<void()>& done)>& body)
{
    QThread thread;
    thread.setEventDispatcher(new EpollDispatcher);
    std::atomic<bool> finished = false;
    auto* worker = new QObject;
    worker->moveToThread(&thread);
    QObject::connect(&thread, &QThread::started, worker, [&] {
        body([&] {
            finished = true;
            QThread::currentThread()->quit();
        });
    });
    QObject::connect(&thread, &QThread::finished, worker, &QObject::deleteLater);
    thread.start();
    if (!thread.wait(20'000)) {
        thread.quit();
        thread.wait();
    }
    return finished;
}

struct SocketPair {
    SocketPair()
    {
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    }
    ~SocketPair()
    {
        for (const int end : ends)
            ::close(end);
    }
    void write(int end, char byte = 'x') const { REQUIRE(::write(ends[end], &byte, 1) == 1); }
    bool read(int end) const
    {
        char byte = 0;
        return ::read(ends[end], &byte, 1) == 1;
    }
    std::array<int, 2> ends{};
};

/// Runs turns of the loop that do not wait until `condition` holds. False after two seconds.
template <class Condition> bool spin(EpollDispatcher& dispatcher, Condition condition)
{
    const QDeadlineTimer deadline(2000);
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        dispatcher.processEvents(QEventLoop::AllEvents);
    }
    return true;
}

void turns(EpollDispatcher& dispatcher, int count)
{
    for (int i = 0; i < count; ++i)
        dispatcher.processEvents(QEventLoop::AllEvents);
}

/// On a thread of its own, whose dispatcher it is given: notifiers go to it.
void withDispatcher(const std::function<void(EpollDispatcher&)>& body)
{
    CHECK(onDispatcher([&](const auto& done) {
        auto* dispatcher =
            qobject_cast<EpollDispatcher*>(QAbstractEventDispatcher::instance(nullptr));
        REQUIRE(dispatcher);
        body(*dispatcher);
        done();
    }));
}

class TimerRecorder final : public QObject {
public:
    std::vector<int> fired;
    std::function<void(int)> then;

protected:
    void timerEvent(QTimerEvent* event) override
    {
        fired.push_back(event->timerId());
        if (then)
            then(event->timerId());
    }
};

} // namespace

TEST_CASE("epoll dispatcher: timers fire in the order in which they are due, again and again")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        TimerRecorder recorder;
        const int slow = recorder.startTimer(40, Qt::PreciseTimer);
        const int fast = recorder.startTimer(10, Qt::PreciseTimer);
        CHECK(dispatcher.remainingTime(slow) <= 40);
        CHECK(dispatcher.remainingTime(slow) > 20);
        CHECK(dispatcher.remainingTime(12'345) == -1);
        CHECK(dispatcher.registeredTimers(&recorder).size() == 2);
        QElapsedTimer elapsed;
        elapsed.start();
        while (std::count(recorder.fired.begin(), recorder.fired.end(), slow) < 2)
            dispatcher.processEvents(QEventLoop::WaitForMoreEvents);
        CHECK(elapsed.elapsed() >= 79);
        CHECK(recorder.fired.front() == fast);
        CHECK(std::count(recorder.fired.begin(), recorder.fired.end(), fast) >= 3);
        CHECK(dispatcher.unregisterTimers(&recorder));
        CHECK(dispatcher.registeredTimers(&recorder).isEmpty());
        CHECK_FALSE(dispatcher.unregisterTimer(fast));
    });
}

TEST_CASE(
    "epoll dispatcher: a timer may stop itself and others, and a timer of 0 ms starves nobody")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        TimerRecorder recorder;
        const int first = recorder.startTimer(5, Qt::PreciseTimer);
        const int second = recorder.startTimer(6, Qt::PreciseTimer);
        recorder.then = [&](int id) {
            recorder.killTimer(id);
            recorder.killTimer(id == first ? second : first);
        };
        QThread::msleep(20);
        turns(dispatcher, 3);
        CHECK(recorder.fired == std::vector<int>{first});
        recorder.fired.clear();
        recorder.then = nullptr;
        recorder.startTimer(0);
        SocketPair pair;
        QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Read);
        bool heard = false;
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier,
                         [&] { heard = pair.read(0); });
        pair.write(1);
        CHECK(spin(dispatcher, [&] { return heard && recorder.fired.size() >= 3; }));
    });
}

TEST_CASE("epoll dispatcher: a timer is not due again inside its own event")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        TimerRecorder recorder;
        recorder.startTimer(1, Qt::PreciseTimer);
        int depth = 0;
        int deepest = 0;
        recorder.then = [&](int) {
            deepest = std::max(deepest, ++depth);
            QThread::msleep(5);
            dispatcher.processEvents(QEventLoop::AllEvents);
            --depth;
        };
        CHECK(spin(dispatcher, [&] { return recorder.fired.size() >= 3; }));
        CHECK(deepest == 1);
    });
}

TEST_CASE("epoll dispatcher: notifiers hear of what can be read, until they are switched off")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        SocketPair pair;
        QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Read);
        int heard = 0;
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier, [&] {
            ++heard;
            pair.read(0);
        });
        turns(dispatcher, 2);
        CHECK(heard == 0);
        pair.write(1);
        pair.write(1);
        // Level-triggered: what was left is told again.
        CHECK(spin(dispatcher, [&] { return heard == 2; }));
        turns(dispatcher, 2);
        CHECK(heard == 2);
        notifier.setEnabled(false);
        pair.write(1);
        turns(dispatcher, 3);
        CHECK(heard == 2);
        notifier.setEnabled(true);
        CHECK(spin(dispatcher, [&] { return heard == 3; }));
    });
}

TEST_CASE("epoll dispatcher: a number that another socket gets is watched anew")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        int heard = 0;
        int number = -1;
        for (int round = 0; round < 3; ++round) {
            SocketPair pair;
            CHECK((number == -1 || number == pair.ends[0]));
            number = pair.ends[0];
            QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Read);
            QObject::connect(&notifier, &QSocketNotifier::activated, &notifier, [&] {
                ++heard;
                pair.read(0);
            });
            pair.write(1);
            CHECK(spin(dispatcher, [&] { return heard == round + 1; }));
        }
    });
}

TEST_CASE("epoll dispatcher: a notifier may delete others whose events wait")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        SocketPair first;
        SocketPair second;
        auto one = std::make_unique<QSocketNotifier>(first.ends[0], QSocketNotifier::Read);
        auto other = std::make_unique<QSocketNotifier>(second.ends[0], QSocketNotifier::Read);
        int heard = 0;
        QObject::connect(one.get(), &QSocketNotifier::activated, one.get(), [&] {
            ++heard;
            first.read(0);
            other.reset();
        });
        QObject::connect(other.get(), &QSocketNotifier::activated, other.get(), [&] {
            ++heard;
            second.read(0);
            one.reset();
        });
        first.write(1);
        second.write(1);
        CHECK(spin(dispatcher, [&] { return heard == 1; }));
        turns(dispatcher, 3);
        CHECK(heard == 1);
    });
}

TEST_CASE("epoll dispatcher: who wants to write gets a turn; a full socket waits for its reader")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        SocketPair pair;
        QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Write);
        int turnsGiven = 0;
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier, [&] {
            ++turnsGiven;
            notifier.setEnabled(false);
        });
        CHECK(spin(dispatcher, [&] { return turnsGiven == 1; }));
        turns(dispatcher, 3);
        CHECK(turnsGiven == 1);
        notifier.setEnabled(true);
        CHECK(spin(dispatcher, [&] { return turnsGiven == 2; }));

        const std::vector<char> block(65'536, 'b');
        while (::write(pair.ends[0], block.data(), block.size()) > 0) {
        }
        // One that cannot write after all is watched by the kernel from then on.
        int tries = 0;
        bool written = false;
        QObject::disconnect(&notifier, nullptr, nullptr, nullptr);
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier, [&] {
            ++tries;
            if (::write(pair.ends[0], block.data(), block.size()) > 0) {
                written = true;
                notifier.setEnabled(false);
            }
        });
        notifier.setEnabled(true);
        turns(dispatcher, 20);
        CHECK(tries <= 1);
        std::vector<char> sink(1 << 20);
        while (::read(pair.ends[1], sink.data(), sink.size()) > 0) {
        }
        CHECK(spin(dispatcher, [&] { return written; }));
    });
}

TEST_CASE("epoll dispatcher: a hang-up is told to the reader")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        SocketPair pair;
        QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Read);
        bool over = false;
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier, [&] {
            char byte = 0;
            over = ::read(pair.ends[0], &byte, 1) == 0;
            notifier.setEnabled(false);
        });
        ::shutdown(pair.ends[1], SHUT_RDWR);
        CHECK(spin(dispatcher, [&] { return over; }));
    });
}

TEST_CASE("epoll dispatcher: every event that other threads post arrives, in each thread's order")
{
    constexpr int threads = 4;
    constexpr int each = 20'000;
    struct Receiver final : QObject {
        std::array<int, threads> last{};
        int count = 0;
        bool inOrder = true;
        std::function<void()> done;
        void customEvent(QEvent* event) override
        {
            const int value = event->type() - QEvent::User;
            ++last[static_cast<std::size_t>(value)];
            if (++count == threads * each)
                done();
        }
    };
    std::vector<std::unique_ptr<QThread>> senders;
    CHECK(onDispatcher([&](const auto& done) {
        auto* receiver = new Receiver;
        receiver->done = [receiver, done] {
            receiver->deleteLater();
            done();
        };
        for (int i = 0; i < threads; ++i) {
            senders.emplace_back(QThread::create([receiver, i] {
                for (int n = 0; n < each; ++n) {
                    QCoreApplication::postEvent(receiver,
                                                new QEvent(QEvent::Type(QEvent::User + i)));
                    if (n % 1000 == 0)
                        QThread::usleep(300);
                }
            }));
            senders.back()->start();
        }
    }));
    for (const auto& sender : senders)
        sender->wait();
}

TEST_CASE("epoll dispatcher: a loop that waits ends at once when another thread ends it")
{
    for (int round = 0; round < 200; ++round) {
        QThread thread;
        thread.setEventDispatcher(new EpollDispatcher);
        thread.start();
        if (round % 2 == 0)
            QThread::usleep(static_cast<unsigned long>(round));
        thread.quit();
        REQUIRE(thread.wait(5000));
    }
}

TEST_CASE("epoll dispatcher: an interrupted loop does not wait")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        QObject context;
        QMetaObject::invokeMethod(
            &context, [&] { dispatcher.interrupt(); }, Qt::QueuedConnection);
        QElapsedTimer elapsed;
        elapsed.start();
        QTimer late;
        late.start(3000);
        dispatcher.processEvents(QEventLoop::WaitForMoreEvents);
        CHECK(elapsed.elapsed() < 2000);
    });
}

TEST_CASE("epoll dispatcher: sockets without their turn excluded stay silent")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        SocketPair pair;
        QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Read);
        bool heard = false;
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier,
                         [&] { heard = pair.read(0); });
        pair.write(1);
        dispatcher.processEvents(QEventLoop::ExcludeSocketNotifiers);
        CHECK_FALSE(heard);
        CHECK(spin(dispatcher, [&] { return heard; }));
    });
}

TEST_CASE("epoll dispatcher: TCP and TLS carry a megabyte both ways")
{
    const bool encrypted = GENERATE(false, true);
    QFile certificate(QStringLiteral(IMPULSE_SOURCE_DIR "/tests/support/tls/server-cert.pem"));
    QFile key(QStringLiteral(IMPULSE_SOURCE_DIR "/tests/support/tls/server-key.pem"));
    REQUIRE(certificate.open(QIODevice::ReadOnly));
    REQUIRE(key.open(QIODevice::ReadOnly));
    auto configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificate(QSslCertificate(&certificate));
    configuration.setPrivateKey(QSslKey(&key, QSsl::Ec));
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    const QByteArray sent(1 << 20, 'm');
    QByteArray echoed;
    CHECK(onDispatcher([&](const auto& done) {
        auto* server = new QTcpServer;
        auto* client = encrypted ? new QSslSocket(server) : new QTcpSocket(server);
        QObject::connect(server, &QTcpServer::newConnection, server, [=] {
            auto* peer = server->nextPendingConnection();
            QTcpSocket* echo = peer;
            if (encrypted) {
                auto* secure = new QSslSocket(server);
                const auto descriptor = ::dup(static_cast<int>(peer->socketDescriptor()));
                peer->abort();
                secure->setSocketDescriptor(descriptor);
                secure->setSslConfiguration(configuration);
                secure->startServerEncryption();
                echo = secure;
            }
            QObject::connect(echo, &QIODevice::readyRead, echo,
                             [echo] { echo->write(echo->readAll()); });
        });
        QObject::connect(client, &QIODevice::readyRead, client, [&, client, server, done] {
            echoed += client->readAll();
            if (echoed.size() == sent.size()) {
                server->deleteLater();
                done();
            }
        });
        server->listen(QHostAddress::LocalHost);
        if (auto* secure = qobject_cast<QSslSocket*>(client)) {
            secure->setPeerVerifyMode(QSslSocket::VerifyNone);
            QObject::connect(secure, &QSslSocket::encrypted, secure,
                             [&, secure] { secure->write(sent); });
            secure->connectToHostEncrypted(QStringLiteral("127.0.0.1"), server->serverPort());
        } else {
            QObject::connect(client, &QTcpSocket::connected, client,
                             [&, client] { client->write(sent); });
            client->connectToHost(QHostAddress::LocalHost, server->serverPort());
        }
    }));
    CHECK(echoed == sent);
}

#endif
