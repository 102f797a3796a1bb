#include "tests/bench/Device.h"

#include "tests/bench/FrameHead.h"

#include "common/crypto/Login.h"

namespace impulse::bench {
namespace {

// Ids of the requests that a device makes by itself.
constexpr std::uint64_t helloId = 1;
constexpr std::uint64_t loginId = 2;
constexpr std::uint64_t syncId = 3;
/// A client verifies each hello (80 µs). Here both sides share the processors, and a hello is
/// verified by every so many-th connection.
constexpr std::uint32_t verifyEvery = 32;

} // namespace

void Device::connect(const Target& target, Goal goal, std::vector<protocol::LogPosition> positions,
                     int receiveBuffer)
{
    m_state = State::Connecting;
    m_goal = goal;
    m_positions = std::move(positions);
    m_socket.open(target, m_account.source, receiveBuffer);
}

void Device::disconnect()
{
    m_socket.close();
    m_state = State::Off;
}

void Device::onOpened()
{
    crypto::SystemRng rng;
    m_clientNonce = crypto::random<protocol::Nonce>(rng);
    protocol::Hello hello;
    hello.clientNonce = m_clientNonce;
    hello.client = "impulse-bench " IMPULSE_VERSION;
    m_state = State::Greeting;
    request(helloId, hello);
}

void Device::onMessage(View message, std::int64_t readNs)
{
    if (m_state == State::Ready) {
        if (m_sink)
            m_sink->onFrame(*this, message, readNs);
        return;
    }
    const auto kind = FrameHead(message).kind;
    if (kind == protocol::errorKind)
        return failWith(message);
    // Pushes between login and Sync, for instance about presence.
    if (kind > 200)
        return;
    switch (m_state) {
    case State::Greeting:
        return takeHello(message);
    case State::LoggingIn:
        return takeLogin(message, readNs);
    case State::Syncing: {
        auto result = protocol::decodeAnswer<protocol::Sync>(message);
        if (!result)
            return fail("a malformed SyncResult");
        m_syncResult = std::move(*result);
        return becomeReady(readNs);
    }
    default:
        fail("an answer that nobody asked for");
    }
}

void Device::takeHello(View message)
{
    const auto result = protocol::decodeAnswer<protocol::Hello>(message);
    if (!result)
        return fail("a malformed HelloResult");
    const auto hash = m_socket.certificateHash();
    static std::uint32_t hellos = 0;
    if (hellos++ % verifyEvery == 0) {
        const crypto::Hello hello{result.value().serverId, *crypto::CertificateHash::from(hash),
                                  *crypto::HelloNonce::from(m_clientNonce),
                                  *crypto::HelloNonce::from(result.value().serverNonce)};
        if (!crypto::verifyServerHello(hello, result.value().signature))
            return fail("the signature of a hello is wrong");
    }
    m_state = State::LoggingIn;
    if (m_account.isRegistered)
        request(loginId, person().login(result.value(), m_clientNonce, hash));
    else
        request(loginId, person().registration());
}

void Device::takeLogin(View message, std::int64_t readNs)
{
    const bool good = m_account.isRegistered
                          ? protocol::decodeAnswer<protocol::DeviceLogin>(message).ok()
                          : protocol::decodeAnswer<protocol::Register>(message).ok();
    if (!good)
        return fail("a malformed answer to a login");
    m_account.isRegistered = true;
    if (m_goal == Goal::LoggedIn)
        return becomeReady(readNs);
    sync();
}

void Device::sync()
{
    m_state = State::Syncing;
    request(syncId, protocol::Sync{m_positions, {}});
}

void Device::becomeReady(std::int64_t readNs)
{
    m_positions = {};
    m_readySinceNs = readNs;
    m_state = State::Ready;
    if (m_sink)
        m_sink->onReady(*this, readNs);
}

void Device::onClosed(const std::string& why)
{
    const bool wasOn = m_state != State::Off;
    m_state = State::Off;
    if (wasOn)
        fail(why);
}

void Device::failWith(View errorFrame)
{
    const auto frame = protocol::decodeServerFrame(errorFrame);
    const auto* error = frame ? std::get_if<protocol::ErrorFrame>(&frame.value()) : nullptr;
    if (!error)
        return fail("a malformed error frame");
    auto text = "request " + std::to_string(error->id) + " of " + person().username +
                " was refused: " + std::string(protocol::name(error->error.code)) + ", " +
                error->error.message;
    if (error->error.retryAfterMs)
        text += ", retry after " + std::to_string(*error->error.retryAfterMs) + " ms";
    fail(text);
}

void Device::fail(const std::string& why)
{
    m_loop.fail(why);
}

} // namespace impulse::bench
