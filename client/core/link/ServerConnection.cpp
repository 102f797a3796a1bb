#include "client/core/link/ServerConnection.h"

#include "client/core/account/AccountKeys.h"
#include "common/core/Clock.h"
#include "common/core/Logging.h"
#include "common/crypto/Rng.h"

#include <chrono>

namespace impulse::client {

namespace {

constexpr std::uint64_t requestTimeoutMs = 30'000;
constexpr int deadlineCheckMs = 2'000;

std::uint64_t steadyMs()
{
    using namespace std::chrono;
    return static_cast<std::uint64_t>(
        duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

ClientError clientErrorOf(TransportError error)
{
    switch (error) {
    case TransportError::Unreachable:
        return {ClientErrorCode::ServerUnreachable};
    case TransportError::Timeout:
        return {ClientErrorCode::Timeout};
    case TransportError::TlsFailed:
        return {ClientErrorCode::TlsFailed};
    case TransportError::NotThisProtocol:
        return {ClientErrorCode::NotThisServer};
    case TransportError::Closed:
        break;
    }
    return {ClientErrorCode::ConnectionLost};
}

} // namespace

ClientError clientErrorOf(const protocol::Error& error)
{
    using protocol::ErrorCode;
    const auto with = [&](ClientErrorCode code) {
        return ClientError{code, error.retryAfterMs.value_or(0)};
    };
    switch (error.code) {
    case ErrorCode::UnsupportedVersion:
        return with(ClientErrorCode::UnsupportedVersion);
    case ErrorCode::Unauthorized:
        return with(ClientErrorCode::WrongCredentials);
    case ErrorCode::RateLimited:
        return with(ClientErrorCode::RateLimited);
    case ErrorCode::NotFound:
        return with(ClientErrorCode::NotFound);
    case ErrorCode::UsernameInvalid:
        return with(ClientErrorCode::InvalidUsername);
    case ErrorCode::UsernameTaken:
        return with(ClientErrorCode::UsernameTaken);
    case ErrorCode::RegistrationClosed:
        return with(ClientErrorCode::RegistrationClosed);
    case ErrorCode::InviteInvalid:
        return with(ClientErrorCode::InviteInvalid);
    case ErrorCode::Blocked:
        return with(ClientErrorCode::Blocked);
    case ErrorCode::DeviceRemoved:
        return with(ClientErrorCode::DeviceRemoved);
    case ErrorCode::AccountDisabled:
        return with(ClientErrorCode::AccountDisabled);
    case ErrorCode::StorageFull:
        return with(ClientErrorCode::ServerStorageFull);
    case ErrorCode::Unavailable:
        return with(ClientErrorCode::ServerUnavailable);
    default:
        return with(ClientErrorCode::RefusedByServer);
    }
}

ServerConnection::ServerConnection(Transport& transport, const Clock& clock, QObject* parent)
    : QObject(parent), m_transport(transport), m_clock(clock)
{
    connect(&transport, &Transport::opened, this, &ServerConnection::greet);
    connect(&transport, &Transport::received, this, &ServerConnection::receive);
    connect(&transport, &Transport::closed, this, [this](TransportError error) {
        if (m_phase != Phase::Closed)
            fail(clientErrorOf(error));
    });
    connect(&m_deadlines, &QTimer::timeout, this, &ServerConnection::checkDeadlines);
}

void ServerConnection::open(const ServerLink& server, const std::optional<ServerId>& pin,
                            Callback<void> done)
{
    close();
    m_phase = Phase::Opening;
    m_pin = pin;
    m_opened = std::move(done);
    m_transport.open(server);
}

void ServerConnection::close()
{
    if (m_phase == Phase::Closed)
        return;
    m_phase = Phase::Closed;
    m_deadlines.stop();
    m_transport.close();
    // Whoever hears that his request failed may open the next connection at once.
    const auto opened = std::exchange(m_opened, {});
    failWaiting({ClientErrorCode::ConnectionLost});
    if (opened)
        opened(Failure{ClientError{ClientErrorCode::ConnectionLost}});
}

void ServerConnection::greet(const Hash32& tls)
{
    if (m_phase != Phase::Opening)
        return;
    m_phase = Phase::Greeting;
    m_tls = tls;
    m_deadlines.start(deadlineCheckMs);
    crypto::SystemRng().fill({m_clientNonce.data(), protocol::Nonce::size()});
    protocol::Hello hello;
    hello.clientNonce = m_clientNonce;
    hello.minVersion = protocol::version;
    hello.maxVersion = protocol::version;
    hello.client = "impulse";
    call<protocol::Hello>(
        hello, [this](const CallResult<protocol::Hello>& answer) { checkHello(answer); });
}

void ServerConnection::checkHello(const CallResult<protocol::Hello>& answer)
{
    if (!answer.ok()) {
        if (answer.error().refusal)
            fail(answer.error().error);
        return;
    }
    if (answer->version != protocol::version) {
        fail({ClientErrorCode::UnsupportedVersion});
        return;
    }
    if (m_pin && answer->serverId != *m_pin) {
        fail({ClientErrorCode::ServerKeyChanged});
        return;
    }
    m_hello = *answer;
    if (!crypto::verifyServerHello(loginHello(*this), answer->signature).ok()) {
        fail({ClientErrorCode::SecurityCheckFailed});
        return;
    }
    m_clockOffsetMs =
        static_cast<std::int64_t>(answer->serverMs) - static_cast<std::int64_t>(m_clock.nowMs());
    m_phase = Phase::Ready;
    sendQueued();
    if (const auto opened = std::exchange(m_opened, {}))
        opened({});
}

void ServerConnection::submit(std::uint64_t id, Bytes frame, Handler handler)
{
    if (m_phase != Phase::Ready && m_phase != Phase::Greeting) {
        // From the event loop, so that nobody is called back inside his own call.
        QMetaObject::invokeMethod(
            this,
            [handler = std::move(handler)] {
                handler(Failure{CallFailure{{ClientErrorCode::ConnectionLost}, {}}});
            },
            Qt::QueuedConnection);
        return;
    }
    m_queue.push_back({id, std::move(frame), std::move(handler)});
    sendQueued();
}

void ServerConnection::sendQueued()
{
    const std::size_t allowed = m_phase == Phase::Ready
                                    ? static_cast<std::size_t>(std::max<std::uint64_t>(
                                          1, m_hello.limits.outstandingRequests))
                                    : 1;
    while (!m_queue.empty() && m_waiting.size() < allowed) {
        auto next = std::move(m_queue.front());
        m_queue.pop_front();
        m_waiting[next.id] = {std::move(next.handler), steadyMs() + requestTimeoutMs};
        m_transport.send(next.frame);
    }
}

void ServerConnection::receive(const Bytes& frame)
{
    if (m_phase != Phase::Greeting && m_phase != Phase::Ready)
        return;
    auto decoded = protocol::decodeServerFrame(frame);
    if (!decoded.ok()) {
        qCWarning(lcClient) << "a frame of the server could not be read";
        fail({ClientErrorCode::NotThisServer});
        return;
    }
    if (const auto* push = std::get_if<protocol::AnyPush>(&*decoded)) {
        // Who finds no room is told before the hello when to come again. Nobody has proved who says
        // so; but the pause is bounded, and who can say it can cut the connection off as well.
        if (m_phase == Phase::Ready || std::holds_alternative<protocol::ClosingPush>(*push))
            Q_EMIT pushed(*push);
        return;
    }
    const auto* error = std::get_if<protocol::ErrorFrame>(&*decoded);
    const auto id = error ? error->id : std::get<protocol::AnswerFrame>(*decoded).id;
    const auto found = m_waiting.find(id);
    if (found == m_waiting.end()) {
        qCWarning(lcClient) << "the server answered a request that nobody made";
        fail({ClientErrorCode::NotThisServer});
        return;
    }
    const Handler handler = std::move(found->second.handler);
    m_waiting.erase(found);
    sendQueued();
    if (error)
        handler(Failure{CallFailure{clientErrorOf(error->error), error->error}});
    else if (!handler(View(frame)))
        fail({ClientErrorCode::NotThisServer});
}

void ServerConnection::checkDeadlines()
{
    const auto now = steadyMs();
    for (const auto& [id, waiting] : m_waiting) {
        if (waiting.deadlineMs < now) {
            fail({ClientErrorCode::Timeout});
            return;
        }
    }
}

void ServerConnection::fail(const ClientError& error)
{
    if (m_phase == Phase::Closed)
        return;
    m_phase = Phase::Closed;
    m_deadlines.stop();
    m_transport.close();
    const auto opened = std::exchange(m_opened, {});
    failWaiting(error);
    if (opened)
        opened(Failure{error});
    else
        Q_EMIT lost(error);
}

void ServerConnection::failWaiting(const ClientError& error)
{
    auto waiting = std::exchange(m_waiting, {});
    auto queue = std::exchange(m_queue, {});
    for (auto& [id, entry] : waiting)
        entry.handler(Failure{CallFailure{error, {}}});
    for (auto& entry : queue)
        entry.handler(Failure{CallFailure{error, {}}});
}

} // namespace impulse::client
