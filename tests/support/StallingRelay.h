#pragma once

#include <QTcpServer>
#include <QTcpSocket>

#include <algorithm>
#include <optional>

namespace impulse::tests {

/// Stands between one client and a server on this computer, and can stop to pass on what the client
/// sends, at any byte: in the middle of a frame or of a TLS record. It can also stop to read what
/// the server sends, and go on later. The end of either connection is passed on.
class StallingRelay {
public:
    explicit StallingRelay(quint16 serverPort)
    {
        QObject::connect(&m_listener, &QTcpServer::newConnection, &m_listener, [this, serverPort] {
            m_client = m_listener.nextPendingConnection();
            // Little, so that what is not read waits in the server.
            m_server.bind(QHostAddress::LocalHost);
            m_server.setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, 8192);
            m_server.connectToHost(QHostAddress::LocalHost, serverPort);
            QObject::connect(m_client, &QIODevice::readyRead, m_client, [this] { passOn(); });
            QObject::connect(&m_server, &QIODevice::readyRead, m_client, [this] {
                if (m_reads)
                    m_client->write(m_server.readAll());
            });
            QObject::connect(&m_server, &QAbstractSocket::disconnected, m_client, [this] {
                m_isCutOff = true;
                m_client->disconnectFromHost();
            });
            QObject::connect(m_client, &QAbstractSocket::disconnected, &m_server,
                             [this] { m_server.disconnectFromHost(); });
        });
        m_listener.listen(QHostAddress::LocalHost, 0);
    }

    quint16 port() const { return m_listener.serverPort(); }
    /// After so many more bytes nothing more of the client's goes through.
    void stallAfter(qint64 bytes) { m_left = bytes; }
    /// Nothing more of the server's is read.
    void stopReading()
    {
        m_reads = false;
        m_server.setReadBufferSize(1024);
    }
    /// All that waits is passed on, and what comes.
    void resumeReading()
    {
        m_reads = true;
        m_server.setReadBufferSize(0);
        m_client->write(m_server.readAll());
    }
    /// So many of them have gone to the server.
    bool hasStalled() const { return m_left == 0 && m_server.bytesToWrite() == 0; }
    /// Sends something more of the same after all.
    void trickle(qint64 bytes)
    {
        m_left = *m_left + bytes;
        passOn();
    }
    /// The server has closed the connection.
    bool isCutOff() const { return m_isCutOff; }

private:
    void passOn()
    {
        const auto bytes = m_client->read(m_left.value_or(m_client->bytesAvailable()));
        if (m_left)
            *m_left -= bytes.size();
        m_server.write(bytes);
    }

    QTcpServer m_listener;
    QTcpSocket* m_client = nullptr;
    QTcpSocket m_server;
    std::optional<qint64> m_left;
    bool m_reads = true;
    bool m_isCutOff = false;
};

} // namespace impulse::tests
