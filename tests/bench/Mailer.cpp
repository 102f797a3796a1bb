#include "tests/bench/Mailer.h"

#include "tests/bench/FrameHead.h"

namespace impulse::bench {
namespace {

/// So that many who write at once do not fill the server with what waits.
constexpr std::size_t mostOutstanding = 4;
constexpr std::uint64_t firstId = std::uint64_t{1} << 32;

} // namespace

Mailer::Mailer(Device& device) : m_device(device), m_lastId(firstId)
{
    device.setSink(this);
}

void Mailer::write(const tests::TestPerson& to, std::uint64_t senderSeq, std::size_t textBytes)
{
    m_waiting.push_back({&to, senderSeq, textBytes});
    sendSome();
}

void Mailer::sendSome()
{
    while (!m_waiting.empty() && m_outstanding.size() < mostOutstanding) {
        const auto letter = m_waiting.front();
        m_waiting.pop_front();
        const EventTemplate event(m_device.person(), *letter.to, letter.textBytes);
        const auto id = ++m_lastId;
        m_outstanding.insert(id);
        auto& socket = m_device.socket();
        auto* out = socket.beginMessage(event.size());
        event.write(out, {id, letter.senderSeq, id ^ FixedHash()(letter.to->userId)});
        socket.endMessage(out, event.size());
    }
}

void Mailer::onFrame(Device& device, View frame, std::int64_t)
{
    const auto kind = FrameHead(frame).kind;
    if (kind == protocol::errorKind)
        return device.failWith(frame);
    if (kind != protocol::kindOf<protocol::SendEvent> + protocol::answerOffset)
        return;
    const auto answer = protocol::decodeServerFrame(frame);
    const auto* head = answer ? std::get_if<protocol::AnswerFrame>(&answer.value()) : nullptr;
    if (!head || m_outstanding.erase(head->id) == 0)
        return device.fail("an acknowledgement that nobody waits for");
    sendSome();
}

} // namespace impulse::bench
