#include "tests/bench/Chat.h"

#include "tests/bench/FrameHead.h"

namespace impulse::bench {
namespace {

constexpr std::uint64_t sendIds = std::uint64_t{1} << 32;
constexpr std::uint64_t fetchId = 9;
constexpr std::uint64_t fetchLimit = 200;
/// Every so many-th push is decoded in full and its bytes are compared with what was sent.
constexpr std::uint64_t compareEvery = 64;

std::uint64_t readBe64(const std::uint8_t* bytes)
{
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i)
        value = value << 8 | bytes[i];
    return value;
}

} // namespace

Chat::Chat(Device& from, Device& to, std::size_t textBytes, Meter& meter)
    : m_from(from), m_to(to), m_template(from.person(), to.person(), textBytes), m_meter(meter),
      m_seeds(readBe64(from.person().userId.data()))
{
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
        return takePush(frame, readNs);
    case kindOf<FetchEvents> + answerOffset:
        return takePage(frame, readNs);
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
    FrameHead head(frame);
    const bool hasId = head.skipKey(1);
    const auto seq = head.readUnsigned() - sendIds;
    const bool hasConversation = head.skipKey(2);
    head.readBytes();
    const bool hasSeq = head.skipKey(3);
    const auto logSeq = head.readUnsigned();
    auto& slot = slotOf(seq);
    if (!hasId || !hasConversation || !hasSeq || head.failed())
        return fail("a malformed EventAccepted");
    if (slot.stamp.senderSeq != seq || slot.isAcknowledged)
        return fail("an acknowledgement that nobody waits for (twice?): " + std::to_string(seq));
    if (!agree(slot, logSeq))
        return;
    slot.isAcknowledged = true;
    ++m_acknowledged;
    ++m_meter.acknowledged;
    if (m_meter.isOn)
        m_meter.answer.add(readNs - slot.writtenNs);
    if (m_sent - m_acknowledged < m_window)
        send();
}

void Chat::takePush(View frame, std::int64_t readNs)
{
    FrameHead head(frame);
    head.skipKey(2);
    head.readCount();
    head.skipKey(1);
    const auto logSeq = head.readUnsigned();
    head.skipKey(2);
    head.readUnsigned();
    const bool hasAad = head.skipKey(3);
    const auto aad = head.readBytes();
    if (!hasAad || head.failed() || aad.size() != limits::aadDirect)
        return fail("a malformed EventPush");
    if (logSeq > m_logLast + 1) {
        // Allowed: the server stops pushing to a connection that reads too slowly.
        m_logMissed = std::max(m_logMissed, logSeq);
        return fetch();
    }
    if (!deliver(logSeq, aad, readNs))
        return;
    if (logSeq % compareEvery == 1) {
        const auto decoded = protocol::decodeServerFrame(frame);
        const auto* push = decoded ? std::get_if<protocol::AnyPush>(&decoded.value()) : nullptr;
        const auto* event = push ? std::get_if<protocol::EventPush>(push) : nullptr;
        if (!event)
            return fail("a malformed EventPush");
        compare(event->event);
    }
}

void Chat::fetch()
{
    if (std::exchange(m_isFetching, true))
        return;
    m_to.request(fetchId, protocol::FetchEvents{m_from.person().conversationWith(m_to.person()),
                                                m_logLast, fetchLimit});
}

void Chat::takePage(View frame, std::int64_t readNs)
{
    const auto page = protocol::decodeAnswer<protocol::FetchEvents>(frame);
    if (!page)
        return fail("a malformed EventPage");
    m_isFetching = false;
    const auto before = m_logLast;
    for (const auto& event : page.value().events) {
        // Those that were pushed meanwhile are known.
        if (event.seq <= m_logLast)
            continue;
        if (!deliver(event.seq, event.aad, readNs))
            return;
        ++m_meter.fetched;
        compare(event);
    }
    if (m_logLast == before && m_logMissed > m_logLast)
        return fail("log number " + std::to_string(m_logLast + 1) + " is lost");
    if (m_logLast < m_logMissed)
        fetch();
}

bool Chat::deliver(std::uint64_t logSeq, View aad, std::int64_t readNs)
{
    const auto senderSeq = readBe64(aad.data() + EventTemplate::aadSenderSeq);
    auto& slot = slotOf(senderSeq);
    if (logSeq != m_logLast + 1 || slot.stamp.senderSeq != senderSeq || slot.isDelivered) {
        fail("log number " + std::to_string(logSeq) + " after " + std::to_string(m_logLast) +
             ", sender seq " + std::to_string(senderSeq) + ": repeated or lost");
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
    m_logLast = logSeq;
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
