#pragma once

#include "common/core/Inbox.h"
#include "common/core/Result.h"
#include "common/core/Wakeup.h"

#include <QJsonObject>
#include <QLocalServer>
#include <QPointer>

#include <functional>
#include <memory>

class QLocalSocket;

namespace impulse::server {

/// The answer to one command: any number of progress lines, then exactly one result or failure. One
/// that is dropped, on whatever thread, says so. Else main thread; harmless after the asker has
/// gone.
class ControlReply {
public:
    explicit ControlReply(QLocalSocket* socket);
    ~ControlReply();
    ControlReply(const ControlReply&) = delete;
    ControlReply& operator=(const ControlReply&) = delete;

    void progress(const QString& sentence);
    void finish(const QJsonObject& result);
    /// A sentence that says what to do.
    void fail(const QString& sentence);

private:
    void send(const QJsonObject& line);

    QPointer<QLocalSocket> m_socket;
    bool m_done = false;
};

using ControlReplyPtr = std::shared_ptr<ControlReply>;

/// The control socket: `impulse-server ctl` asks with one line of JSON,
/// {"command":["user","list"],"options":{"after":"anna"}}, and gets lines {"progress":…} and a last
/// one {"result":{…}} or {"error":"…"}. Only the server's own user and root are heard. Main thread.
class ControlServer final : public QObject {
    Q_OBJECT

public:
    using Handler = std::function<void(const QStringList& command, const QJsonObject& options,
                                       ControlReplyPtr reply)>;

    explicit ControlServer(Handler handler, QObject* parent = nullptr);
    ~ControlServer() override;

    /// Makes the socket for the owner only. The error is a sentence.
    Result<void, QString> listen(const QString& path);
    void close();

    static constexpr qint64 mostRequestBytes = 16 << 10;
    static constexpr int mostConnections = 32;

private:
    void accept();
    void read(QLocalSocket* socket);
    ControlReplyPtr replyTo(QLocalSocket* socket);

    const Handler m_handler;
    /// Replies that nobody holds any more: they end on the main thread, where their sockets are.
    using Dropped = Inbox<std::unique_ptr<ControlReply>>;
    Wakeup m_wakeup;
    const std::shared_ptr<Dropped> m_dropped;
    QLocalServer m_server;
    int m_connections = 0;
};

} // namespace impulse::server
