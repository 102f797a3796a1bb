#include "server/net/TcpTransport.h"

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace impulse::server {

namespace {

constexpr std::size_t blockSize = 16 * 1024;
/// Blocks that one system call takes.
constexpr std::size_t blocksAtOnce = 64;

/// Bytes that fit into `block` without making it larger than a block; memory for them is there
/// then.
std::size_t makeRoom(Bytes& block, std::size_t wanted)
{
    const auto fitting = std::min(wanted, blockSize - block.size());
    if (block.size() + fitting > block.capacity())
        block.reserve(std::clamp(2 * block.capacity(), block.size() + fitting, blockSize));
    return fitting;
}

} // namespace

qint64 TcpTransport::bytesToWrite() const
{
    return static_cast<qint64>(m_queuedBytes);
}

qint64 TcpTransport::writeData(const char* data, qint64 size)
{
    if (m_disconnecting || socketDescriptor() == -1)
        return -1;
    View rest(reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size));
    m_queuedBytes += rest.size();
    while (!rest.empty()) {
        if (m_queue.empty() || m_queue.back().size() == blockSize)
            m_queue.emplace_back();
        auto& block = m_queue.back();
        const auto part = rest.first(makeRoom(block, rest.size()));
        block.insert(block.end(), part.begin(), part.end());
        rest = rest.subspan(part.size());
    }
    if (!m_notifier) {
        m_notifier = std::make_unique<QSocketNotifier>(socketDescriptor(), QSocketNotifier::Write);
        connect(m_notifier.get(), &QSocketNotifier::activated, this, &TcpTransport::writeQueue);
    }
    m_notifier->setEnabled(m_queuedBytes > 0);
    return size;
}

void TcpTransport::writeQueue()
{
    while (!m_queue.empty()) {
        std::array<iovec, blocksAtOnce> parts;
        const auto count = std::min(m_queue.size(), parts.size());
        std::size_t offered = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto skipped = i == 0 ? m_written : 0;
            parts[i] = {m_queue[i].data() + skipped, m_queue[i].size() - skipped};
            offered += parts[i].iov_len;
        }
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = count;
        const auto sent = ::sendmsg(static_cast<int>(socketDescriptor()), &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (sent < 0) {
            discardQueue();
            return abort();
        }
        removeFromQueue(static_cast<std::size_t>(sent));
        if (static_cast<std::size_t>(sent) < offered)
            return;
    }
    m_notifier->setEnabled(false);
    if (m_disconnecting)
        disconnectNow();
}

void TcpTransport::removeFromQueue(std::size_t bytes)
{
    m_queuedBytes -= bytes;
    m_written += bytes;
    std::size_t done = 0;
    while (done < m_queue.size() && m_written >= m_queue[done].size())
        m_written -= m_queue[done++].size();
    if (done == m_queue.size())
        m_queue = {};
    else
        m_queue.erase(m_queue.begin(), m_queue.begin() + static_cast<std::ptrdiff_t>(done));
}

void TcpTransport::disconnectFromHost()
{
    // A peer that left has taken the descriptor with it.
    if (m_queue.empty() || socketDescriptor() == -1)
        return disconnectNow();
    if (std::exchange(m_disconnecting, true))
        return;
    writeQueue();
}

void TcpTransport::discardQueue()
{
    m_queue = {};
    m_written = 0;
    m_queuedBytes = 0;
    if (m_notifier)
        m_notifier->setEnabled(false);
}

void TcpTransport::disconnectNow()
{
    discardQueue();
    QTcpSocket::disconnectFromHost();
}

} // namespace impulse::server
