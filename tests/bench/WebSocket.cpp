#include "tests/bench/WebSocket.h"

#include "tests/bench/Clock.h"
#include "tests/bench/Noise.h"

#include "common/crypto/Rng.h"
#include "common/protocol/Codec.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <cassert>

#include <sys/epoll.h>

namespace impulse::bench {
namespace {

/// RFC 6455, 1.3.
constexpr std::string_view acceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::uint8_t finalBit = 0x80;
constexpr std::uint8_t maskBit = 0x80;
/// No head of an answer to the handshake is as long.
constexpr std::size_t upgradeBytes = 8192;

/// Masks are to be unpredictable for those who choose the payload (RFC 6455, 10.3); here that is
/// the same program, so a good generator with a random seed will do.
Noise& masks()
{
    static Noise noise([] {
        crypto::SystemRng rng;
        std::uint64_t seed = 0;
        rng.fill({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
        return seed;
    }());
    return noise;
}

std::string base64(View bytes)
{
    std::string result(4 * ((bytes.size() + 2) / 3), '=');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.data()), bytes.data(),
                    static_cast<int>(bytes.size()));
    return result;
}

void mask(std::uint8_t* bytes, std::size_t size, const std::uint8_t* key)
{
    std::uint32_t half = 0;
    std::memcpy(&half, key, 4);
    const auto whole = std::uint64_t{half} << 32 | half;
    std::size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + at, 8);
        word ^= whole;
        std::memcpy(bytes + at, &word, 8);
    }
    for (; at < size; ++at)
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ key[at % 4]);
}

} // namespace

void WebSocket::open(const Target& target, in_addr_t source, int receiveBuffer)
{
    assert(m_state == State::Closed);
    m_host = target.host();
    if (!m_wire.open(target, source, receiveBuffer))
        return m_loop.fail("cannot open a socket (descriptors or ports used up?)");
    m_state = State::Connecting;
    m_events = EPOLLOUT;
    m_loop.add(m_wire.descriptor(), m_events, *this);
}

void WebSocket::onEvents(std::uint32_t events)
{
    if (m_state == State::Connecting)
        return proceed();
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && m_reads)
        readAll();
    if ((events & EPOLLOUT) && m_state != State::Closed)
        flush();
}

void WebSocket::proceed()
{
    switch (m_wire.proceed()) {
    case Wire::Progress::Failed:
        return fail("the server does not let a client connect");
    case Wire::Progress::WantRead:
        m_events = EPOLLIN;
        return m_loop.change(m_wire.descriptor(), m_events, *this);
    case Wire::Progress::WantWrite:
        m_events = EPOLLOUT;
        return m_loop.change(m_wire.descriptor(), m_events, *this);
    case Wire::Progress::Done:
        m_state = State::Upgrading;
        watch();
        sendUpgrade();
    }
}

void WebSocket::sendUpgrade()
{
    std::uint8_t random[16];
    masks().fill(random);
    const auto key = base64(random);
    const auto text = key + std::string(acceptGuid);
    std::uint8_t digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    m_accept = base64(digest);
    const auto request =
        "GET / HTTP/1.1\r\nHost: " + m_host +
        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key +
        "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: " +
        std::string(protocol::subprotocol) + "\r\n\r\n";
    std::memcpy(m_out.extend(request.size()), request.data(), request.size());
    queueFlush();
}

void WebSocket::readAll()
{
    const auto buffer = m_loop.readBuffer();
    do {
        const auto kept = m_partial.size();
        const auto size = m_wire.read(buffer.subspan(kept));
        if (size == Wire::again)
            return;
        if (size < 0)
            return fail("the server closed a connection");
        const auto readNs = nowNs();
        if (kept > 0)
            std::memcpy(buffer.data(), m_partial.data(), kept);
        View bytes = buffer.first(kept + static_cast<std::size_t>(size));
        if (m_state == State::Upgrading && !takeUpgrade(bytes))
            return;
        const auto taken = takeFrames(bytes, readNs);
        if (m_state == State::Closed)
            return;
        if (taken < bytes.size() || !m_partial.empty())
            m_partial.assign(bytes.begin() + static_cast<std::ptrdiff_t>(taken), bytes.end());
    } while (m_wire.hasDecrypted());
}

bool WebSocket::takeUpgrade(View& bytes)
{
    const auto head = text(bytes);
    const auto end = head.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        if (bytes.size() > upgradeBytes)
            fail("the answer to the WebSocket handshake does not end");
        else
            m_partial.assign(bytes.begin(), bytes.end());
        return false;
    }
    const auto answer = head.substr(0, end);
    if (!answer.starts_with("HTTP/1.1 101 ") || answer.find(m_accept) == std::string_view::npos ||
        answer.find(protocol::subprotocol) == std::string_view::npos) {
        fail("WebSocket handshake refused: " + std::string(answer.substr(0, answer.find('\r'))));
        return false;
    }
    bytes = bytes.subspan(end + 4);
    m_partial.clear();
    m_accept = {};
    m_state = State::Open;
    m_owner.onOpened();
    return m_state == State::Open;
}

std::size_t WebSocket::takeFrames(View bytes, std::int64_t readNs)
{
    std::size_t at = 0;
    while (m_state == State::Open && bytes.size() - at >= 2) {
        const auto* head = bytes.data() + at;
        std::size_t headSize = 2;
        std::uint64_t size = head[1];
        const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
        if (bytes.size() - at < headSize + more)
            break;
        if (more > 0) {
            size = 0;
            for (std::size_t i = 0; i < more; ++i)
                size = size << 8 | head[2 + i];
            headSize += more;
        }
        if (size > m_loop.readBuffer().size() - 16) {
            fail("a frame is masked or too large");
            break;
        }
        if (bytes.size() - at - headSize < size)
            break;
        const bool isLast = head[0] & finalBit;
        takeFrame(static_cast<Opcode>(head[0] & 15), isLast, {head + headSize, size}, readNs);
        at += headSize + size;
    }
    return at;
}

void WebSocket::takeFrame(Opcode opcode, bool isLast, View payload, std::int64_t readNs)
{
    switch (opcode) {
    case Opcode::Binary:
        if (isLast)
            return m_owner.onMessage(payload, readNs);
        m_fragments.assign(payload.begin(), payload.end());
        return;
    case Opcode::Continuation: {
        m_fragments.insert(m_fragments.end(), payload.begin(), payload.end());
        if (!isLast)
            return;
        const auto whole = std::exchange(m_fragments, {});
        return m_owner.onMessage(whole, readNs);
    }
    case Opcode::Ping: {
        auto* answer = beginFrame(Opcode::Pong, payload.size());
        std::ranges::copy(payload, answer);
        return endMessage(answer, payload.size());
    }
    case Opcode::Pong:
        return;
    case Opcode::Close: {
        constexpr std::size_t codeBytes = 2;
        const auto reason = payload.size() > codeBytes ? text(payload.subspan(codeBytes)) : "";
        return fail("the server closed a connection: " + std::string(reason));
    }
    }
    fail("a frame with a reserved opcode");
}

std::uint8_t* WebSocket::beginFrame(Opcode opcode, std::size_t size)
{
    const std::size_t lengthBytes = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
    auto* out = m_out.extend(2 + lengthBytes + 4 + size);
    out[0] = static_cast<std::uint8_t>(finalBit | static_cast<std::uint8_t>(opcode));
    out[1] = static_cast<std::uint8_t>(
        maskBit |
        (lengthBytes == 0 ? size : static_cast<std::size_t>(lengthBytes == 2 ? 126 : 127)));
    for (std::size_t i = 0; i < lengthBytes; ++i)
        out[2 + i] = static_cast<std::uint8_t>(size >> (8 * (lengthBytes - 1 - i)));
    const auto key = masks().next();
    std::memcpy(out + 2 + lengthBytes, &key, 4);
    return out + 2 + lengthBytes + 4;
}

std::uint8_t* WebSocket::beginMessage(std::size_t size)
{
    return beginFrame(Opcode::Binary, size);
}

void WebSocket::endMessage(std::uint8_t* message, std::size_t size)
{
    mask(message, size, message - 4);
    queueFlush();
}

void WebSocket::send(View message)
{
    auto* out = beginMessage(message.size());
    std::memcpy(out, message.data(), message.size());
    endMessage(out, message.size());
}

void WebSocket::queueFlush()
{
    // With a write that did not finish, the loop tells when to go on.
    if (std::exchange(m_isQueued, true) || (m_events & EPOLLOUT))
        return;
    m_loop.flushLater(*this);
}

void WebSocket::flush()
{
    m_isQueued = false;
    if (m_state == State::Closed)
        return;
    if (!m_out.empty())
        m_owner.onWriting(nowNs());
    while (!m_out.empty()) {
        const auto size = m_wire.write(m_out.waiting());
        if (size == Wire::again)
            break;
        if (size < 0)
            return fail("the server closed a connection");
        m_out.drop(static_cast<std::size_t>(size));
    }
    watch();
}

void WebSocket::watch()
{
    const auto wanted =
        (m_reads ? std::uint32_t{EPOLLIN} : 0) | (m_out.empty() ? 0 : std::uint32_t{EPOLLOUT});
    if (wanted != m_events)
        m_loop.change(m_wire.descriptor(), wanted, *this);
    m_events = wanted;
}

void WebSocket::stopReading()
{
    m_reads = false;
    watch();
}

void WebSocket::close()
{
    if (m_state == State::Open) {
        constexpr std::uint8_t normal[] = {1000 >> 8, 1000 & 0xff};
        auto* payload = beginFrame(Opcode::Close, sizeof normal);
        std::memcpy(payload, normal, sizeof normal);
        mask(payload, sizeof normal, payload - 4);
        m_wire.write(m_out.waiting());
    }
    drop();
}

void WebSocket::drop()
{
    if (m_wire.descriptor() >= 0)
        m_loop.remove(m_wire.descriptor(), *this);
    m_wire.close();
    m_out.release();
    m_state = State::Closed;
    m_isQueued = false;
    m_events = 0;
    m_partial = {};
    m_fragments = {};
}

void WebSocket::fail(const std::string& why)
{
    drop();
    m_owner.onClosed(why);
}

} // namespace impulse::bench
