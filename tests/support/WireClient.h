#pragma once

#include "common/protocol/Codec.h"
#include "tests/support/EventLoop.h"
#include "tests/support/TestPerson.h"

#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

#include <map>

namespace impulse::tests {

/// Speaks frames with a server over a real socket, without any of the client's rooms.
class WireClient {
public:
    WireClient()
    {
        QObject::connect(&socket, &QWebSocket::binaryMessageReceived, &socket,
                         [this](const QByteArray& message) { receive(message); });
        QObject::connect(&socket, &QWebSocket::disconnected, &socket, [this] { closed = true; });
        QObject::connect(&socket, &QWebSocket::sslErrors, &socket,
                         [this] { socket.ignoreSslErrors(); });
    }

    bool open(const QUrl& url)
    {
        QWebSocketHandshakeOptions options;
        options.setSubprotocols({QStringLiteral("impulse.v1")});
        closed = false;
        socket.open(url, options);
        return waitUntil([this] {
                   return closed || socket.state() == QAbstractSocket::ConnectedState;
               }) &&
               !closed;
    }

    void sendBytes(View frame)
    {
        socket.sendBinaryMessage(QByteArray(reinterpret_cast<const char*>(frame.data()),
                                            static_cast<qsizetype>(frame.size())));
    }

    /// Sends without waiting; returns the request's id.
    template <class Request> std::uint64_t send(const Request& request)
    {
        sendBytes(protocol::encodeRequest(++lastId, request));
        return lastId;
    }

    /// The answer, if there is one and it is no error.
    template <class Request> std::optional<protocol::ResultOf<Request>> call(const Request& request)
    {
        const auto id = send(request);
        if (!waitUntil([&] { return closed || frames.contains(id) || errors.contains(id); }) ||
            !frames.contains(id))
            return std::nullopt;
        auto answer = protocol::decodeAnswer<Request>(frames[id]);
        return answer ? std::optional(std::move(*answer)) : std::nullopt;
    }

    /// The code with which a request is refused.
    template <class Request> std::optional<protocol::ErrorCode> refusal(const Request& request)
    {
        const auto id = send(request);
        return waitUntil([&] { return closed || errors.contains(id); }) && errors.contains(id)
                   ? std::optional(errors[id].code)
                   : std::nullopt;
    }

    bool hello()
    {
        protocol::Hello request;
        request.clientNonce = *protocol::Nonce::from(Bytes(32, 9));
        request.client = "test";
        auto result = call(request);
        if (result)
            helloResult = *result;
        return result.has_value();
    }

    bool registerAs(const TestPerson& person) { return call(person.registration()).has_value(); }

    bool login(const TestPerson& person, const Hash32& certificateHash = {})
    {
        return call(
                   person.login(helloResult, *protocol::Nonce::from(Bytes(32, 9)), certificateHash))
            .has_value();
    }

    bool waitClosed()
    {
        return waitUntil([this] { return closed; });
    }

    QWebSocket socket;
    bool closed = false;
    std::uint64_t lastId = 0;
    std::map<std::uint64_t, Bytes> frames;
    std::map<std::uint64_t, protocol::Error> errors;
    std::vector<protocol::AnyPush> pushes;
    protocol::HelloResult helloResult;

private:
    void receive(const QByteArray& message)
    {
        const Bytes bytes(message.begin(), message.end());
        auto frame = protocol::decodeServerFrame(bytes);
        if (!frame)
            return;
        if (const auto* answer = std::get_if<protocol::AnswerFrame>(&*frame))
            frames[answer->id] = bytes;
        else if (const auto* error = std::get_if<protocol::ErrorFrame>(&*frame))
            errors[error->id] = error->error;
        else
            pushes.push_back(std::move(std::get<protocol::AnyPush>(*frame)));
    }
};

} // namespace impulse::tests
