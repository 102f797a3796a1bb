#pragma once

#include "common/core/Inbox.h"
#include "server/net/WebSocketConnection.h"

#include <future>
#include <thread>

namespace impulse::server {

/// What uses the connections of one I/O thread. Made, called and destroyed on that thread.
class ConnectionHost {
public:
    virtual ~ConnectionHost() = default;
    /// `connection` is valid until closed() returns.
    virtual void opened(ClientConnection& connection) = 0;
    virtual void received(ClientConnection& connection, View frame) = 0;
    virtual void closed(ClientConnection& connection) = 0;
    /// The server is stopping: what is said to a client before its connection is closed.
    virtual void sayGoodbye(ClientConnection& connection) = 0;
    /// Every second.
    virtual void tick() = 0;
};

/// What runs an I/O thread's loop.
enum class Dispatcher {
    /// EpollDispatcher. Linux only; elsewhere it is Qt's.
    Epoll,
    /// Qt's own for this system: glib's or poll's, which slow down with every connection.
    Qt
};

struct IoSettings {
    Dispatcher dispatcher = Dispatcher::Epoll;
    /// TLS and WebSocket handshake together.
    int handshakeTimeoutMs = 10'000;
    /// Addresses are those that the proxy names in X-Forwarded-For.
    bool behindProxy = false;
    SilenceLimits silence;
};

class IoWorker;

/// An I/O thread with its connections: a connection lives and dies on one of them. Owned by the
/// main thread, from which alone it is called.
class IoThread final {
public:
    /// Called on the new thread. Null: it cannot be made, and the thread takes no sockets.
    using HostFactory = std::function<std::unique_ptr<ConnectionHost>()>;

    IoThread(IoSettings settings, ConnectionCounter& counter, HostFactory hostFactory);
    /// Stops, if stop() was not called.
    ~IoThread();
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    /// False if too many sockets wait already, or after stop(): the descriptor is the caller's
    /// still.
    bool adopt(AcceptedSocket accepted);
    /// Frames that come in from now on are not read any more.
    void pause();
    /// Says goodbye and closes every connection, without waiting for that.
    void beginStop();
    /// The same if it has not been begun, then waits for the end of the thread: 3 s at most for
    /// connections that do not close.
    void stop();

private:
    /// Lives on the thread; null as soon as it was told to stop.
    IoWorker* m_worker = nullptr;
    /// Has been told, and may go.
    std::promise<void> m_told;
    /// Not a QThread: wait() returns before OpenSSL has taken leave of the thread, whose locks the
    /// end of the process then destroys under it. This one is joined.
    std::thread m_thread;
};

} // namespace impulse::server
