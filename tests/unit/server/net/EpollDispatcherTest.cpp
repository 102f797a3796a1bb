#include <QtGlobal>

#ifdef Q_OS_LINUX

#include "tests/unit/server/net/OnDispatcher.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimerEvent>

using namespace impulse::server;
using namespace impulse::tests;

namespace {

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
