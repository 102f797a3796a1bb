#include "server/core/Housekeeping.h"

#include "server/core/Announcements.h"
#include "server/core/WriteTask.h"

#include <map>

namespace impulse::server {
namespace {

constexpr std::uint64_t intervalMs = 60'000;
constexpr std::uint64_t hourMs = 3'600'000;
/// encryption.md section 14.
constexpr std::uint64_t mailboxAgeMs = std::uint64_t{180} * 24 * hourMs;
/// Rows of one transaction, so that senders do not wait for it.
constexpr std::size_t rowsAtOnce = 500;
/// Items of one ErasedPush.
constexpr std::size_t erasedPerPush = 100;

void announce(const Store& store, const std::vector<ExpiredEvent>& expired, Deliveries& out)
{
    std::map<ConversationId, std::pair<Conversation, std::vector<std::uint64_t>>> byConversation;
    const auto flush = [&](auto& group) {
        announceErased(store, group.first, group.second, out);
        group.second.clear();
    };
    for (const auto& event : expired) {
        auto& group = byConversation[event.conversation.id];
        group.first = event.conversation;
        group.second.push_back(event.seq);
        if (group.second.size() == erasedPerPush)
            flush(group);
    }
    for (auto& [id, group] : byConversation) {
        if (!group.second.empty())
            flush(group);
    }
}

} // namespace

void Housekeeping::tick()
{
    const auto now = m_services.clock.elapsedMs();
    if (m_running || now < m_nextMs)
        return;
    m_nextMs = now + intervalMs;
    m_services.limiter.prune();
    run();
}

void Housekeeping::run()
{
    m_running = true;
    write(
        m_services,
        // Gives whether there is more to do.
        [now = m_services.clock.nowMs(),
         failureWindowMs = m_services.limiter.rule(Limit::FailuresPerAccount).windowMs](
            Store& store, Deliveries& out) -> Outcome<bool> {
            const auto expired = store.conversations().eraseExpired(now / hourMs, rowsAtOnce);
            announce(store, expired, out);
            const auto dropped = store.mailboxes().dropOlderThan(
                now < mailboxAgeMs ? 0 : now - mailboxAgeMs, rowsAtOnce);
            store.invites().prune(now);
            store.loginFailures().prune(now, failureWindowMs);
            return expired.size() == rowsAtOnce || dropped == rowsAtOnce;
        },
        [this](const Outcome<bool>& more) {
            m_running = false;
            // What is left is done at the next tick.
            if (more && *more)
                m_nextMs = 0;
        });
}

} // namespace impulse::server
