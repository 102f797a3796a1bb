#include "tests/bench/LogReader.h"

namespace impulse::bench {
namespace {

constexpr std::uint64_t fetchId = 9;
constexpr std::uint64_t fetchLimit = 200;
/// Two of so many pushes are decoded in full and their bytes compared with what was sent. The first
/// of a group is its state.
constexpr std::uint64_t compareEvery = 64;

bool isSample(std::uint64_t logSeq)
{
    return logSeq % compareEvery == 1 || logSeq % compareEvery == 2;
}

} // namespace

void LogReader::takePush(View frame, std::int64_t readNs)
{
    const auto push = readPush(frame);
    if (!push)
        return m_follower.fail("a malformed EventPush");
    if (push->logSeq > m_last + 1) {
        m_missed = std::max(m_missed, push->logSeq);
        return fetch();
    }
    if (!deliver(push->logSeq, push->aad, readNs) || !isSample(push->logSeq))
        return;
    const auto decoded = protocol::decodeServerFrame(frame);
    const auto* any = decoded ? std::get_if<protocol::AnyPush>(&decoded.value()) : nullptr;
    const auto* event = any ? std::get_if<protocol::EventPush>(any) : nullptr;
    if (!event)
        return m_follower.fail("a malformed EventPush");
    m_follower.compare(event->event);
}

void LogReader::fetch()
{
    if (std::exchange(m_isFetching, true))
        return;
    m_device.request(fetchId, protocol::FetchEvents{m_log, m_last, fetchLimit});
}

void LogReader::takePage(View frame, std::int64_t readNs)
{
    const auto page = protocol::decodeAnswer<protocol::FetchEvents>(frame);
    if (!page)
        return m_follower.fail("a malformed EventPage");
    m_isFetching = false;
    const auto before = m_last;
    for (const auto& event : page.value().events) {
        // Those that were pushed meanwhile are known.
        if (event.seq <= m_last)
            continue;
        if (!deliver(event.seq, event.aad, readNs))
            return;
        ++m_meter.fetched;
        m_follower.compare(event);
    }
    if (m_last == before && m_missed > m_last)
        return m_follower.fail("log number " + std::to_string(m_last + 1) + " is lost");
    if (m_last < m_missed)
        fetch();
}

bool LogReader::deliver(std::uint64_t logSeq, View aad, std::int64_t readNs)
{
    if (logSeq != m_last + 1) {
        m_follower.fail("log number " + std::to_string(logSeq) + " after " +
                        std::to_string(m_last) + ": repeated or lost");
        return false;
    }
    m_last = logSeq;
    return m_follower.deliver(*this, logSeq, aad, readNs);
}

} // namespace impulse::bench
