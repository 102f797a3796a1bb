#include "server/net/HealthServer.h"

#include "server/net/MetricsText.h"

#include <QHttpServer>
#include <QHttpServerResponse>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

#include <future>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace impulse::server {

namespace {

using Status = QHttpServerResponse::StatusCode;

/// Nice value of the thread.
constexpr int leisure = 10;

/// Hands sockets to the HTTP server, few at a time and for a short while.
class BoundedListener final : public QTcpServer {
public:
    using QTcpServer::QTcpServer;

protected:
    void incomingConnection(qintptr descriptor) override
    {
        if (m_open >= HealthServer::mostConnections) {
            ::close(static_cast<int>(descriptor));
            return;
        }
        auto* socket = new QTcpSocket(this);
        socket->setSocketDescriptor(descriptor);
        socket->setReadBufferSize(HealthServer::mostRequestBytes);
        ++m_open;
        connect(socket, &QObject::destroyed, this, [this] { --m_open; });
        QTimer::singleShot(HealthServer::connectionMs, socket, [socket] { socket->abort(); });
        addPendingConnection(socket);
    }

private:
    int m_open = 0;
};

QHttpServerResponse health(const Metrics& metrics)
{
    const QByteArray type("text/plain; charset=utf-8");
    if (!metrics.isHealthy())
        return {type, QByteArray("a thread makes no progress\n"), Status::ServiceUnavailable};
    if (metrics.draining != 0)
        return {type, QByteArray("draining\n"), Status::ServiceUnavailable};
    return {type, QByteArray("ok\n"), Status::Ok};
}

/// Everything of the thread, as one object that lives there.
class Endpoint final : public QObject {
public:
    explicit Endpoint(std::shared_ptr<const Metrics> numbers) : metrics(std::move(numbers))
    {
        // They move to the thread together.
        http.setParent(this);
        http.route(QStringLiteral("/healthz"), [this] { return health(*metrics); });
        http.route(QStringLiteral("/metrics"), [this] {
            return QHttpServerResponse(QByteArray("text/plain; version=0.0.4; charset=utf-8"),
                                       metricsText(*metrics), Status::Ok);
        });
    }

    /// The error is the system's.
    Result<quint16, QString> listen(const QHostAddress& address, quint16 port)
    {
        auto listener = std::make_unique<BoundedListener>();
        if (!listener->listen(address, port))
            return Failure{listener->errorString()};
        const auto taken = listener->serverPort();
        http.bind(listener.release());
        return taken;
    }

private:
    const std::shared_ptr<const Metrics> metrics;
    QHttpServer http;
};

} // namespace

HealthServer::HealthServer(std::shared_ptr<const Metrics> metrics) : m_metrics(std::move(metrics))
{
}

HealthServer::~HealthServer()
{
    m_thread.quit();
    m_thread.wait();
}

Result<quint16, QString> HealthServer::listen(const QHostAddress& address, quint16 port)
{
    std::promise<Result<quint16, QString>> opened;
    auto opening = opened.get_future();
    auto* endpoint = new Endpoint(m_metrics);
    endpoint->moveToThread(&m_thread);
    m_thread.setObjectName(QStringLiteral("health"));
    QObject::connect(&m_thread, &QThread::started, endpoint, [&, endpoint] {
        // Whoever asks a lot takes processor time from nobody who chats.
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), leisure);
        opened.set_value(endpoint->listen(address, port));
    });
    QObject::connect(&m_thread, &QThread::finished, endpoint, &QObject::deleteLater);
    m_thread.start();
    auto result = opening.get();
    if (!result) {
        return Failure{QStringLiteral("cannot listen on %1 port %2 for health: %3")
                           .arg(address.toString())
                           .arg(port)
                           .arg(result.error())};
    }
    return result;
}

} // namespace impulse::server
