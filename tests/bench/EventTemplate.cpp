#include "tests/bench/EventTemplate.h"

#include "tests/bench/Clock.h"
#include "tests/bench/Noise.h"

#include "common/crypto/Layouts.h"

#include <cassert>
#include <cstring>

namespace impulse::bench {
namespace {

constexpr std::uint64_t smallestRequestId = std::uint64_t{1} << 32;
constexpr std::size_t aadSentMs = 99;

void writeBe64(std::uint8_t* out, std::uint64_t value)
{
    for (int i = 0; i < 8; ++i)
        out[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
}

std::size_t headBytes(std::size_t length)
{
    return length < 24 ? 1 : length < 256 ? 2 : length < 65536 ? 3 : 5;
}

} // namespace

std::size_t bodyBytes(std::size_t textBytes)
{
    // {0: 1, 1: text, 5: [msg_id 16, body_hash 32]}
    constexpr std::size_t type = 2;
    constexpr std::size_t after = 2 + 1 + 16 + 2 + 32;
    const auto content = 1 + type + 1 + headBytes(textBytes) + textBytes + after;
    return crypto::padLength(content) + crypto::sealOverhead;
}

EventTemplate::EventTemplate(const tests::TestPerson& from, const tests::TestPerson& to,
                             std::size_t textBytes)
{
    crypto::Aad aad;
    aad.conversation = from.conversationWith(to);
    aad.message = tests::TestPerson::randomMessageId();
    aad.senderUser = from.userId;
    aad.senderDevice = from.deviceId;
    aad.peerUser = to.userId;
    aad.seq = 1;
    protocol::SendEvent event;
    event.aad = crypto::writeAad(aad).value();
    Noise noise(1);
    event.body.resize(bodyBytes(textBytes));
    noise.fill(event.body);
    event.wraps = {{to.deviceId, Bytes(wrapBytes)}};
    noise.fill(event.wraps.front().message);
    // Two people with one list each.
    event.roster = 2;
    encode(event, event.wraps.front().message);
}

EventTemplate::EventTemplate(const tests::TestPerson& from, const Group& group,
                             std::size_t textBytes)
{
    crypto::Aad aad;
    aad.kind = crypto::EventKind::Group;
    aad.conversation = group.id;
    aad.message = tests::TestPerson::randomMessageId();
    aad.senderUser = from.userId;
    aad.senderDevice = from.deviceId;
    aad.seq = 1;
    aad.group = {0, group.stateHash, {}, 0};
    protocol::SendEvent event;
    event.aad = crypto::writeAad(aad).value();
    Noise noise(1);
    event.body.resize(bodyBytes(textBytes));
    noise.fill(event.body);
    Signature signature;
    noise.fill({signature.data(), Signature::size()});
    event.sig = signature;
    event.roster = group.roster;
    encode(event, signature);
}

void EventTemplate::encode(const protocol::SendEvent& event, View tail)
{
    m_frame = protocol::encodeRequest(smallestRequestId, event);
    // map, 0: kind (2 bytes: it is above 23), 1: id in 9 bytes
    constexpr std::size_t beforeId = 1 + 1 + 2 + 1 + 1;
    m_requestId = beforeId;
    m_aad = find(event.aad).offset;
    m_body = find(event.body);
    m_tail = find(tail);
}

EventTemplate::Range EventTemplate::find(View content) const
{
    const auto found = std::ranges::search(m_frame, content);
    assert(!found.empty());
    return {static_cast<std::size_t>(found.begin() - m_frame.begin()), content.size()};
}

void EventTemplate::write(std::uint8_t* out, const EventStamp& stamp) const
{
    assert(stamp.requestId >= smallestRequestId);
    Noise noise(stamp.seed);
    std::memcpy(out, m_frame.data(), m_frame.size());
    writeBe64(out + m_requestId, stamp.requestId);
    auto* aad = out + m_aad;
    noise.fill({aad + aadMessageId, MessageId::size()});
    writeBe64(aad + aadSentMs, wallMs());
    writeBe64(aad + aadSenderSeq, stamp.senderSeq);
    noise.fill({out + m_body.offset, m_body.size});
    noise.fill({out + m_tail.offset, m_tail.size});
}

protocol::SendEvent EventTemplate::event(const EventStamp& stamp) const
{
    Bytes frame(size());
    write(frame.data(), stamp);
    auto decoded = protocol::decodeRequest(frame);
    return decoded ? std::move(std::get<protocol::SendEvent>(decoded->request))
                   : protocol::SendEvent{};
}

} // namespace impulse::bench
