#include <QtGlobal>

#ifdef Q_OS_LINUX

#include "server/net/TcpTransport.h"
#include "tests/unit/server/net/OnDispatcher.h"

#include <QTcpServer>

#include <linux/tcp.h>
#include <netinet/in.h>

using namespace impulse::server;
using namespace impulse::tests;

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

TEST_CASE("epoll dispatcher: interest that is taken back within a turn costs no system call")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        SocketPair pair;
        const auto before = dispatcher.interestCalls();
        {
            QSocketNotifier notifier(pair.ends[0], QSocketNotifier::Read);
            notifier.setEnabled(false);
        }
        turns(dispatcher, 1);
        CHECK(dispatcher.interestCalls() == before);

        QSocketNotifier reader(pair.ends[0], QSocketNotifier::Read);
        turns(dispatcher, 3);
        // Told once.
        CHECK(dispatcher.interestCalls() == before + 1);
        QSocketNotifier writer(pair.ends[0], QSocketNotifier::Write);
        writer.setEnabled(false);
        turns(dispatcher, 1);
        CHECK(dispatcher.interestCalls() == before + 1);
        // And what is meant is told.
        reader.setEnabled(false);
        CHECK(dispatcher.interestCalls() == before + 2);
    });
}

TEST_CASE("epoll dispatcher: a socket that writes what it has in its turn costs no interest call")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        SocketPair pair;
        QSocketNotifier reader(pair.ends[0], QSocketNotifier::Read);
        QSocketNotifier writer(pair.ends[0], QSocketNotifier::Write);
        int given = 0;
        QObject::connect(&writer, &QSocketNotifier::activated, &writer, [&] {
            ++given;
            writer.setEnabled(false);
        });
        // The first time the kernel has to say that the socket can be written to.
        REQUIRE(spin(dispatcher, [&] { return given == 1; }));
        turns(dispatcher, 2);
        const auto before = dispatcher.interestCalls();
        for (int round = 0; round < 10; ++round) {
            writer.setEnabled(true);
            turns(dispatcher, 1);
        }
        CHECK(given == 11);
        CHECK(dispatcher.interestCalls() == before);
    });
}

TEST_CASE("epoll dispatcher: of those who write in one turn, who wrote last goes first")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        std::array<SocketPair, 4> pairs;
        std::vector<std::unique_ptr<QSocketNotifier>> writers;
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            writers.push_back(
                std::make_unique<QSocketNotifier>(pairs[i].ends[0], QSocketNotifier::Write));
            QObject::connect(writers[i].get(), &QSocketNotifier::activated, writers[i].get(),
                             [&, i] {
                                 order.push_back(i);
                                 writers[i]->setEnabled(false);
                             });
        }
        REQUIRE(spin(dispatcher, [&] { return order.size() == pairs.size(); }));
        turns(dispatcher, 1);
        order.clear();
        // An answer to 2, then its pushes to 0, 3 and 1.
        for (const std::size_t i : {2U, 0U, 3U, 1U})
            writers[i]->setEnabled(true);
        turns(dispatcher, 1);
        CHECK(order == std::vector<std::size_t>{1, 3, 0, 2});
    });
}

namespace {

/// Segments with data that the kernel has sent.
std::uint32_t segmentsSent(qintptr descriptor)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    REQUIRE(::getsockopt(static_cast<int>(descriptor), IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
    return info.tcpi_data_segs_out;
}

} // namespace

TEST_CASE("epoll dispatcher: what a TCP connection writes in one turn leaves in one piece")
{
    withDispatcher([](EpollDispatcher& dispatcher) {
        QTcpServer server;
        REQUIRE(server.listen(QHostAddress::LocalHost));
        QTcpSocket peer;
        peer.connectToHost(QHostAddress::LocalHost, server.serverPort());
        REQUIRE(spin(dispatcher, [&] { return server.hasPendingConnections(); }));
        auto* accepted = server.nextPendingConnection();
        TcpTransport transport;
        REQUIRE(
            transport.setSocketDescriptor(::dup(static_cast<int>(accepted->socketDescriptor()))));
        accepted->abort();
        // As the server's: otherwise the kernel gathers small writes itself.
        transport.setSocketOption(QAbstractSocket::LowDelayOption, 1);
        const auto send = [&](int writes) {
            const auto before = segmentsSent(transport.socketDescriptor());
            for (int i = 0; i < writes; ++i)
                transport.write("0123456789");
            CHECK(segmentsSent(transport.socketDescriptor()) == before);
            REQUIRE(spin(dispatcher, [&] { return peer.bytesAvailable() == writes * 10; }));
            peer.readAll();
            CHECK(transport.bytesToWrite() == 0);
            return segmentsSent(transport.socketDescriptor()) - before;
        };
        CHECK(send(1) == 1);
        CHECK(send(50) == 1);
        // In two turns, two.
        CHECK(send(1) + send(1) == 2);
    });
}

#endif
