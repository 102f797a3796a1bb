#include "server/app/ControlServer.h"

#include "common/core/Logging.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLocalSocket>
#include <QTimer>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <limits>

namespace impulse::server {

namespace {

/// A command line is typed before it connects.
constexpr int requestTimeoutMs = 5000;

bool mayAsk(qintptr descriptor)
{
    ucred peer{};
    socklen_t length = sizeof peer;
    return ::getsockopt(static_cast<int>(descriptor), SOL_SOCKET, SO_PEERCRED, &peer, &length) ==
               0 &&
           (peer.uid == 0 || peer.uid == ::geteuid());
}

bool isAnswered(const QString& path)
{
    QLocalSocket probe;
    probe.connectToServer(path);
    return probe.waitForConnected(200);
}

} // namespace

ControlReply::ControlReply(QLocalSocket* socket) : m_socket(socket) {}

ControlReply::~ControlReply()
{
    if (!m_done)
        fail(QStringLiteral("the server stopped before this was done"));
}

void ControlReply::send(const QJsonObject& line)
{
    if (m_socket)
        m_socket->write(QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n');
}

void ControlReply::progress(const QString& sentence)
{
    if (!m_done)
        send({{QStringLiteral("progress"), sentence}});
}

void ControlReply::finish(const QJsonObject& result)
{
    if (std::exchange(m_done, true))
        return;
    send({{QStringLiteral("result"), result}});
    if (m_socket)
        m_socket->disconnectFromServer();
}

void ControlReply::fail(const QString& sentence)
{
    if (std::exchange(m_done, true))
        return;
    send({{QStringLiteral("error"), sentence}});
    if (m_socket)
        m_socket->disconnectFromServer();
}

ControlServer::ControlServer(Handler handler, QObject* parent)
    : QObject(parent), m_handler(std::move(handler)), m_wakeup([this] { m_dropped->takeAll(); }),
      m_dropped(std::make_shared<Dropped>(std::numeric_limits<std::size_t>::max(),
                                          [this] { m_wakeup.request(); })),
      m_server(this)
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    m_server.setMaxPendingConnections(mostConnections);
    connect(&m_server, &QLocalServer::newConnection, this, &ControlServer::accept);
}

ControlServer::~ControlServer()
{
    m_dropped->close();
    m_dropped->takeAll();
    close();
}

Result<void, QString> ControlServer::listen(const QString& path)
{
    const auto name = QFile::encodeName(path);
    if (name.size() >= static_cast<qsizetype>(sizeof(sockaddr_un::sun_path)))
        return Failure{QStringLiteral("the path of the control socket is too long for the system: "
                                      "%1; name a shorter one with --control-socket")
                           .arg(path)};
    struct stat status {};
    if (::lstat(name.constData(), &status) == 0) {
        // Only a socket that nobody listens on is in our way to be taken away.
        if (!S_ISSOCK(status.st_mode))
            return Failure{QStringLiteral("%1 is there already and is no socket").arg(path)};
        if (isAnswered(path))
            return Failure{QStringLiteral("another server answers on %1").arg(path)};
        ::unlink(name.constData());
    }
    if (!m_server.listen(path))
        return Failure{QStringLiteral("cannot make the control socket %1: %2")
                           .arg(path, m_server.errorString())};
    // Qt makes it executable, too, which means nothing for a socket.
    ::chmod(name.constData(), 0600);
    return {};
}

void ControlServer::close()
{
    m_server.close();
}

void ControlServer::accept()
{
    while (auto* socket = m_server.nextPendingConnection()) {
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        if (m_connections >= mostConnections || !mayAsk(socket->socketDescriptor())) {
            qCWarning(lcServer) << "a connection to the control socket was refused";
            socket->abort();
            continue;
        }
        ++m_connections;
        connect(socket, &QObject::destroyed, this, [this] { --m_connections; });
        socket->setReadBufferSize(mostRequestBytes);
        connect(socket, &QLocalSocket::readyRead, this, [this, socket] { read(socket); });
        QTimer::singleShot(requestTimeoutMs, socket, [socket] {
            if (!socket->property("asked").toBool())
                socket->abort();
        });
    }
}

ControlReplyPtr ControlServer::replyTo(QLocalSocket* socket)
{
    return {new ControlReply(socket), [dropped = m_dropped](ControlReply* reply) {
                [[maybe_unused]] const bool taken =
                    dropped->push(std::unique_ptr<ControlReply>(reply));
            }};
}

void ControlServer::read(QLocalSocket* socket)
{
    if (socket->property("asked").toBool())
        return;
    if (!socket->canReadLine()) {
        if (socket->bytesAvailable() >= mostRequestBytes)
            socket->abort();
        return;
    }
    socket->setProperty("asked", true);
    const auto reply = replyTo(socket);
    QJsonParseError problem{};
    const auto request =
        QJsonDocument::fromJson(socket->readLine(mostRequestBytes), &problem).object();
    QStringList command;
    for (const auto& word : request[QLatin1String("command")].toArray())
        command << word.toString();
    if (problem.error != QJsonParseError::NoError || command.isEmpty())
        return reply->fail(QStringLiteral("not a request: {\"command\":[…],\"options\":{…}}"));
    m_handler(command, request[QLatin1String("options")].toObject(), reply);
}

} // namespace impulse::server
