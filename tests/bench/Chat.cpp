#include "tests/bench/Chat.h"

namespace impulse::bench {
namespace {

constexpr std::uint64_t sendIds = std::uint64_t{1} << 32;

} // namespace

Chat::Chat(Device& from, Device& to, std::size_t textBytes, Meter& meter)
    : m_from(from), m_to(to), m_reader(to, *this, meter),
      m_template(from.person(), to.person(), textBytes), m_meter(meter),
      m_seeds(readBe64(from.person().userId.data()))
{
    m_reader.setLog(from.person().conversationWith(to.person()));
    from.setSink(this);
    to.setSink(this);
}

Chat::~Chat()
{
    m_from.setSink(nullptr);
    m_to.setSink(nullptr);
}

void Chat::setWindow(std::uint64_t window)
{
    m_window = std::min(window, mostOutstanding);
    while (m_sent - m_acknowledged < m_window && send()) {
    }
}

bool Chat::send(std::int64_t dueNs)
{
    const auto seq = m_sent + 1;
    auto& slot = slotOf(seq);
    if (m_sent - m_acknowledged >= mostOutstanding || !slot.isAcknowledged || !slot.isDelivered)
        return false;
    slot = {{sendIds + seq, seq, m_seeds.next()}, dueNs, 0, 0, false, false};
    m_sent = seq;
    auto& socket = m_from.socket();
    auto* out = socket.beginMessage(m_template.size());
    m_template.write(out, slot.stamp);
    socket.endMessage(out, m_template.size());
    return true;
}

void Chat::onWriting(Device& device, std::int64_t ns)
{
    if (&device != &m_from)
        return;
    while (m_stamped < m_sent) {
        auto& slot = slotOf(++m_stamped);
        slot.writtenNs = ns;
        if (m_meter.isOn && slot.dueNs != 0)
            m_meter.lateness.add(ns - slot.dueNs);
    }
}

void Chat::onFrame(Device& device, View frame, std::int64_t readNs)
{
    using namespace protocol;
    const auto kind = FrameHead(frame).kind;
    switch (kind) {
    case kindOf<SendEvent> + answerOffset:
        return takeAnswer(frame, readNs);
    case kindOf<EventPush>:
        return m_reader.takePush(frame, readNs);
    case kindOf<FetchEvents> + answerOffset:
        return m_reader.takePage(frame, readNs);
    case errorKind:
        return device.failWith(frame);
    case kindOf<ClosingPush>:
        return fail("the server says that it closes a connection");
    default:
        // Presence, contacts, the directory: true, but not measured.
        if (!decodeServerFrame(frame))
            fail("a malformed frame of kind " + std::to_string(kind));
    }
}

void Chat::takeAnswer(View frame, std::int64_t readNs)
{
    const auto accepted = readAccepted(frame);
    if (!accepted)
        return fail("a malformed EventAccepted");
    const auto seq = accepted->id - sendIds;
    auto& slot = slotOf(seq);
    if (slot.stamp.senderSeq != seq || slot.isAcknowledged)
        return fail("an acknowledgement that nobody waits for (twice?): " + std::to_string(seq));
    if (!agree(slot, accepted->logSeq))
        return;
    slot.isAcknowledged = true;
    ++m_acknowledged;
    ++m_meter.acknowledged;
    if (m_meter.isOn)
        m_meter.answer.add(readNs - slot.writtenNs);
    if (m_sent - m_acknowledged < m_window)
        send();
}

bool Chat::deliver(LogReader&, std::uint64_t logSeq, View aad, std::int64_t readNs)
{
    const bool isDirect = aad.size() == limits::aadDirect;
    const auto senderSeq = isDirect ? readBe64(aad.data() + EventTemplate::aadSenderSeq) : 0;
    auto& slot = slotOf(senderSeq);
    if (!isDirect || slot.stamp.senderSeq != senderSeq || slot.isDelivered) {
        fail("log number " + std::to_string(logSeq) + ", sender seq " + std::to_string(senderSeq) +
             ": repeated or lost");
        return false;
    }
    std::array<std::uint8_t, MessageId::size()> id;
    Noise(slot.stamp.seed).fill(id);
    if (!equal(id, aad.subspan(EventTemplate::aadMessageId, id.size()))) {
        fail("a message under another one's number");
        return false;
    }
    if (!agree(slot, logSeq))
        return false;
    slot.isDelivered = true;
    ++m_meter.delivered;
    if (m_meter.isOn)
        m_meter.delivery.add(readNs - slot.writtenNs);
    return true;
}

bool Chat::agree(Slot& slot, std::uint64_t logSeq)
{
    if (slot.logSeq == 0)
        slot.logSeq = logSeq;
    if (slot.logSeq == logSeq)
        return true;
    fail("acknowledged as log number " + std::to_string(slot.logSeq) + ", delivered as " +
         std::to_string(logSeq) + " (or the other way round)");
    return false;
}

void Chat::compare(const protocol::LogEvent& event)
{
    const auto senderSeq = readBe64(event.aad.data() + EventTemplate::aadSenderSeq);
    const auto sent = m_template.event(slotOf(senderSeq).stamp);
    if (event.body != sent.body || event.wrap != sent.wraps.front().message)
        fail("log number " + std::to_string(event.seq) + " has another body or wrap than was sent");
}

void Chat::fail(const std::string& why)
{
    m_to.fail("from " + m_from.person().username + " to " + m_to.person().username + ": " + why);
}

} // namespace impulse::bench
