#include "server/core/Recovery.h"

#include "server/core/WriteTask.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>

namespace impulse::server {
namespace {

using protocol::ErrorCode;
using Users = std::set<UserId>;

/// What was handed in, as a tree: logs that agree up to a point are one up to there.
class HandedTree {
public:
    explicit HandedTree(const HandIns& handIns) : m_entries(handIns.entries())
    {
        std::unordered_map<Hash32, Users, FixedHash> users;
        for (const auto& position : handIns.positions())
            users[position.head].insert(position.user);
        // From the ends to the beginning: who states a head stands for everything before it.
        for (auto handed = m_entries.rbegin(); handed != m_entries.rend(); ++handed) {
            auto& mine = users[handed->head];
            m_support[handed->head] = mine.size();
            m_children[handed->parent].push_back(&*handed);
            auto& before = users[handed->parent];
            if (before.size() < mine.size())
                before.swap(mine);
            before.merge(mine);
        }
        for (const auto& [head, present] : users)
            m_support.try_emplace(head, present.size());
    }

    /// Users that stated this head or a later one on the same log.
    std::size_t support(const Hash32& head) const
    {
        const auto found = m_support.find(head);
        return found == m_support.end() ? 0 : found->second;
    }
    /// The next entry, of several logs that of the most users; null: none, or of nobody.
    const HandedEntry* next(const Hash32& head) const
    {
        const auto found = m_children.find(head);
        if (found == m_children.end())
            return nullptr;
        const auto best = std::ranges::max_element(
            found->second, {}, [this](const auto* child) { return support(child->head); });
        return support((*best)->head) > 0 ? *best : nullptr;
    }

private:
    std::vector<HandedEntry> m_entries;
    std::unordered_map<Hash32, std::size_t, FixedHash> m_support;
    std::unordered_map<Hash32, std::vector<const HandedEntry*>, FixedHash> m_children;
};

struct Adopted {
    std::optional<DirectoryEntry> last;
    std::uint64_t count = 0;
    /// Whose devices are others now.
    std::vector<ClosingDelivery> listed;
};

void adoptEntry(Store& store, const DirectoryEntry& entry, std::uint64_t nowMs, Adopted& adopted)
{
    NewDirectoryEntry next;
    next.user = store.directory().userOf(entry.label).value_or(UserId());
    next.label = entry.label;
    next.listHash = entry.listHash;
    next.serverMs = nowMs;
    auto list = store.handIns().list(entry.listHash);
    if (list) {
        if (const auto read = readList(list->list))
            next.devices = read->deviceIds();
        next.list = std::move(list->list);
    }
    // A deleted account keeps what it has: somebody else's word does not erase it.
    if (list && !next.user.isZero()) {
        for (const auto& device : store.directory().devices(next.user)) {
            if (std::ranges::find(next.devices, device) != next.devices.end())
                continue;
            store.prekeys().erase(device);
            store.mailboxes().erase(device);
        }
        adopted.listed.push_back({next.user, next.devices, ErrorCode::DeviceRemoved});
    }
    const auto seq = store.directory().append(next);
    adopted.last = DirectoryEntry{seq, entry.label, entry.listHash};
    ++adopted.count;
}

/// In the transaction. `end`: where the log ended when this was asked for.
void adopt(Store& store, const crypto::DirectoryHead& end, std::size_t needed, std::uint64_t nowMs,
           Deliveries& out)
{
    const auto status = store.handIns().status();
    if (status.restoredMs == 0 || store.directory().lastSeq() != end.seq ||
        status.endSeq != end.seq)
        return;
    Adopted adopted;
    const HandedTree tree(store.handIns());
    auto at = end.head;
    const auto* next = tree.next(at);
    for (; next && tree.support(next->head) >= needed; next = tree.next(at)) {
        adoptEntry(store, next->entry, nowMs, adopted);
        at = next->head;
    }
    // Somebody's longer log is worth waiting for.
    const bool isWhole = needed == 1 || (tree.support(at) >= needed && !next);
    if (adopted.count > 0 || (status.isClosed() && isWhole))
        store.handIns().setProgress(status.baseSeq, end.seq + adopted.count,
                                    status.isOpen || isWhole);
    if (isWhole)
        store.handIns().clear();
    // Whoever misses entries before the last one sees the gap.
    if (adopted.last)
        out.push_back(DirectoryDelivery{*adopted.last});
    std::ranges::move(adopted.listed, std::back_inserter(out));
}

} // namespace

std::uint64_t retryMs(const ServerSettings& settings)
{
    return std::clamp<std::uint64_t>(settings.handInTogetherMs / 12, 20, 5'000);
}

Outcome<protocol::Done> checkAppends(const Store& store, std::uint64_t retryMs)
{
    if (store.handIns().status().isClosed())
        return Failure{retryAfter(retryMs)};
    return protocol::Done{};
}

bool isAwaited(const Store& store, const ServerId& server, const UserId& user)
{
    if (store.handIns().status().restoredMs == 0)
        return false;
    const auto label = directoryLabel(server, user);
    const auto history = store.directory().history(label);
    return !history.empty() && !history.back().listHash.isZero() &&
           !store.directory().userOf(label);
}

void Recovery::tick()
{
    if (m_running)
        return;
    const auto& store = m_services.store;
    const auto& settings = m_services.settings;
    const auto status = store.handIns().status();
    const auto now = m_services.clock.nowMs();
    const auto elapsed = m_services.clock.elapsedMs() - m_openedMs;
    if (status.restoredMs == 0 || elapsed < settings.handInTogetherMs)
        return;
    // Open again, it goes on only while nobody else has appended and somebody has handed in.
    if (status.isOpen &&
        (store.directory().lastSeq() != status.endSeq || store.handIns().positions().empty()))
        return;
    m_services.logHeads.update(store);
    m_running = true;
    const std::size_t needed = elapsed >= settings.handInAloneMs ? 1 : 2;
    write(
        m_services,
        [end = m_services.logHeads.end(), needed, now](Store& inside,
                                                       Deliveries& out) -> Outcome<protocol::Done> {
            adopt(inside, end, needed, now, out);
            return protocol::Done{};
        },
        [this](const Outcome<protocol::Done>&) { m_running = false; });
}

} // namespace impulse::server
