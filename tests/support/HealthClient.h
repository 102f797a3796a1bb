#pragma once

#include "tests/support/Catch.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/WireClient.h"

#include <QRegularExpression>
#include <QTcpSocket>

/// /healthz and /metrics as a test asks for them.
namespace impulse::tests {

inline QString word(const char* text)
{
    return QString::fromUtf8(text);
}

inline QStringList words(const char* text)
{
    return word(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

/// The port that the log names.
inline quint16 healthPort(test::ServerProcess& server)
{
    static const QRegularExpression port(word("health and metrics on port ([0-9]+)"));
    QRegularExpressionMatch match;
    REQUIRE(waitUntil([&] {
        match = port.match(QString::fromUtf8(server.errors()));
        return match.hasMatch();
    }));
    return static_cast<quint16>(match.captured(1).toInt());
}

inline QByteArray get(quint16 port, const QByteArray& path)
{
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, port);
    REQUIRE(socket.waitForConnected(5000));
    socket.write("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    QByteArray answer;
    const auto isWhole = [&] {
        answer += socket.readAll();
        static const QRegularExpression length(word("content-length: ([0-9]+)"),
                                               QRegularExpression::CaseInsensitiveOption);
        const auto match = length.match(QString::fromLatin1(answer));
        const auto body = answer.indexOf("\r\n\r\n");
        return match.hasMatch() && body >= 0 &&
               answer.size() >= body + 4 + match.captured(1).toInt();
    };
    CHECK(waitUntil(isWhole, 10'000));
    return answer;
}

/// The value of a line "NAME VALUE"; -1 if there is none.
inline double numberOf(const QByteArray& text, const QByteArray& name)
{
    for (const auto& line : text.split('\n')) {
        if (line.startsWith(name + ' '))
            return line.mid(name.size() + 1).trimmed().toDouble();
    }
    return -1;
}

} // namespace impulse::tests
