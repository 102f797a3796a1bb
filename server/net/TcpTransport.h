#pragma once

#include "common/core/Bytes.h"

#include <QSocketNotifier>
#include <QTcpSocket>

#include <memory>
#include <vector>

namespace impulse::server {

/// A connected TCP socket with a write queue of its own. The one of QTcpSocket keeps a block of 32
/// KB for as long as the socket lives; here nothing is left when all is written, and an idle
/// connection costs little. What is written in one turn of the loop leaves in one system call.
/// bytesWritten() is not emitted, and flush() does nothing.
class TcpTransport final : public QTcpSocket {
    Q_OBJECT

public:
    using QTcpSocket::QTcpSocket;

    qint64 bytesToWrite() const override;
    /// After what was written before, like QTcpSocket. So does abort(), unless the queue is
    /// discarded.
    void disconnectFromHost() override;
    void discardQueue();

protected:
    qint64 writeData(const char* data, qint64 size) override;

private:
    /// As much as the kernel takes.
    void writeQueue();
    void removeFromQueue(std::size_t bytes);
    void disconnectNow();

    /// None is empty; all but the last hold blockSize bytes.
    std::vector<Bytes> m_queue;
    /// Bytes of the first block that are written already.
    std::size_t m_written = 0;
    std::size_t m_queuedBytes = 0;
    /// Enabled while something is queued.
    std::unique_ptr<QSocketNotifier> m_notifier;
    bool m_disconnecting = false;
};

} // namespace impulse::server
