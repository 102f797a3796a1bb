#include "tests/bench/GroupChat.h"

#include "tests/bench/Clock.h"

#include "common/crypto/GroupStates.h"

#include <cassert>

namespace impulse::bench {
namespace {

constexpr std::uint64_t sendIds = std::uint64_t{1} << 32;
constexpr std::uint64_t stateId = 8;
/// The server takes 64 unanswered requests of one connection.
constexpr std::uint64_t mostOutstanding = 64;
constexpr std::uint64_t firstLogSeq = 1;

} // namespace

GroupChat::GroupChat(std::span<const std::unique_ptr<Device>> devices, std::size_t textBytes,
                     Meter& meter)
    : m_from(*devices.front()), m_meter(meter), m_seeds(readBe64(m_from.person().userId.data())),
      m_meta(328, 7), m_slots(slots)
{
    const auto& creator = m_from.person();
    crypto::SystemRng rng;
    crypto::GroupState state;
    state.salt = crypto::random<crypto::GroupSalt>(rng);
    state.group = m_group = crypto::groupId(state.salt, creator.userId, creator.uik.publicKey);
    state.authorUser = creator.userId;
    state.authorDevice = creator.deviceId;
    state.authorList = crypto::deviceListHash(creator.deviceList());
    state.directorySeq = m_from.syncResult().directorySeq;
    state.createdMs = wallMs();
    state.metaHash = crypto::groupMetaHash(m_meta);
    for (const auto& device : devices) {
        const bool first = device.get() == &m_from;
        const auto role = first ? crypto::GroupRole::Admin : crypto::GroupRole::Member;
        state.members.push_back({device->person().userId, device->person().uik.publicKey, role});
        device->setSink(this);
        if (first)
            continue;
        m_places[device.get()] = m_readers.size();
        m_readers.emplace_back(*device, *this, meter).setLog(m_group);
    }
    m_state = crypto::signGroupState(creator.sign.secretKey, state).value();
    // One list of each member.
    m_template.emplace(
        creator, EventTemplate::Group{m_group, crypto::groupStateHash(m_state), devices.size()},
        textBytes);
}

GroupChat::~GroupChat()
{
    m_from.setSink(nullptr);
    for (const auto& reader : m_readers)
        reader.device().setSink(nullptr);
}

void GroupChat::begin()
{
    m_from.request(stateId, protocol::PutGroupState{m_state, m_meta});
}

void GroupChat::setWindow(std::uint64_t window)
{
    m_window = std::min(window, mostOutstanding);
    while (m_sent - m_acknowledged < m_window && send()) {
    }
}

bool GroupChat::send()
{
    const auto seq = m_sent + 1;
    auto& slot = slotOf(seq);
    // A member who lags so far behind holds the sender up.
    if (!slot.isAcknowledged || slot.missing > 0)
        return false;
    slot = {{sendIds + seq, seq, m_seeds.next()}, 0, m_readers.size(), false};
    m_sent = seq;
    ++m_waiting;
    auto& socket = m_from.socket();
    auto* out = socket.beginMessage(m_template->size());
    m_template->write(out, slot.stamp);
    socket.endMessage(out, m_template->size());
    return true;
}

void GroupChat::onWriting(Device& device, std::int64_t ns)
{
    if (&device != &m_from)
        return;
    while (m_stamped < m_sent)
        slotOf(++m_stamped).writtenNs = ns;
}

void GroupChat::onFrame(Device& device, View frame, std::int64_t readNs)
{
    using namespace protocol;
    const auto kind = FrameHead(frame).kind;
    switch (kind) {
    case kindOf<EventPush>:
        return &device == &m_from ? fail("the sender is pushed its own message")
                                  : readerOf(device).takePush(frame, readNs);
    case kindOf<SendEvent> + answerOffset:
        return takeAnswer(frame, readNs);
    case kindOf<FetchEvents> + answerOffset:
        return readerOf(device).takePage(frame, readNs);
    case kindOf<PutGroupState> + answerOffset:
        m_begun = true;
        return;
    case errorKind:
        return device.failWith(frame);
    case kindOf<ClosingPush>:
        return fail("the server says that it closes a connection");
    default:
        if (!decodeServerFrame(frame))
            fail("a malformed frame of kind " + std::to_string(kind));
    }
}

void GroupChat::takeAnswer(View frame, std::int64_t readNs)
{
    const auto accepted = readAccepted(frame);
    if (!accepted || !equal(accepted->conversation, m_group))
        return fail("a malformed EventAccepted");
    const auto seq = accepted->id - sendIds;
    auto& slot = slotOf(seq);
    if (slot.stamp.senderSeq != seq || slot.isAcknowledged || accepted->logSeq != seq + firstLogSeq)
        return fail("an acknowledgement that nobody waits for (twice?): " + std::to_string(seq));
    slot.isAcknowledged = true;
    ++m_acknowledged;
    ++m_meter.acknowledged;
    if (m_meter.isOn)
        m_meter.answer.add(readNs - slot.writtenNs);
    while (m_sent - m_acknowledged < m_window && send()) {
    }
}

bool GroupChat::deliver(LogReader&, std::uint64_t logSeq, View aad, std::int64_t readNs)
{
    if (logSeq == firstLogSeq) {
        ++m_informed;
        return true;
    }
    const auto seq = logSeq - firstLogSeq;
    auto& slot = slotOf(seq);
    if (aad.size() != limits::aadGroup || slot.stamp.senderSeq != seq || slot.missing == 0 ||
        readBe64(aad.data() + EventTemplate::aadSenderSeq) != seq) {
        fail("another message under log number " + std::to_string(logSeq));
        return false;
    }
    ++m_deliveries;
    if (--slot.missing > 0)
        return true;
    --m_waiting;
    ++m_meter.delivered;
    if (m_meter.isOn)
        m_meter.delivery.add(readNs - slot.writtenNs);
    // It may have been waited for.
    if (m_sent - m_acknowledged < m_window)
        send();
    return true;
}

void GroupChat::compare(const protocol::LogEvent& event)
{
    if (event.state)
        return;
    const auto& stamp = slotOf(event.seq - firstLogSeq).stamp;
    // It has come to all and made room for another message.
    if (stamp.senderSeq != event.seq - firstLogSeq)
        return;
    const auto sent = m_template->event(stamp);
    if (event.body != sent.body || event.sig != sent.sig)
        fail("log number " + std::to_string(event.seq) +
             " has another body or signature than was sent");
}

void GroupChat::fail(const std::string& why)
{
    m_from.fail("group of " + m_from.person().username + ": " + why);
}

} // namespace impulse::bench
