#include "server/core/HandInDraft.h"

#include "common/crypto/Layouts.h"

#include <algorithm>
#include <unordered_map>

namespace impulse::server {

using protocol::ErrorCode;
using protocol::HandInState;

namespace {

constexpr std::size_t entrySize = crypto::DirectoryEntry::wireSize;
/// When others have finished, there is room again.
constexpr std::uint64_t retryWhenFullMs = 1000;

/// From the server's end to a head that others have handed in.
std::vector<HandedEntry> knownPath(const Store& store, const Hash32& head)
{
    auto all = store.handIns().entries();
    std::unordered_map<Hash32, std::size_t, FixedHash> byHead;
    for (std::size_t i = 0; i < all.size(); ++i)
        byHead[all[i].head] = i;
    std::vector<HandedEntry> path;
    for (auto at = byHead.find(head); at != byHead.end(); at = byHead.find(all[at->second].parent))
        path.push_back(all[at->second]);
    std::ranges::reverse(path);
    return path;
}

} // namespace

Outcome<std::shared_ptr<HandInDraft>> HandInDraft::begin(const Store& store, const LogHeads& heads,
                                                         const ServerId& server, HandInBytes bytes,
                                                         const crypto::DirectoryHead& stated)
{
    const auto end = heads.end();
    const std::shared_ptr<HandInDraft> draft(
        new HandInDraft(server, std::move(bytes), stated, end));
    if (heads.has(stated)) {
        draft->m_onLog = true;
        return draft;
    }
    // What has grown since nothing was adopted any more follows another log.
    if (stated.seq <= end.seq || store.handIns().status().endSeq != end.seq)
        return Failure{refusal(ErrorCode::DirectoryConflict)};
    auto path = knownPath(store, stated.head);
    if (!path.empty() && path.front().parent == end.head && path.back().entry.seq == stated.seq) {
        if (!draft->grow(path.size() * sizeof(HandedEntry)))
            return Failure{rateLimited(retryWhenFullMs)};
        draft->m_entries = std::move(path);
        draft->m_end = stated;
    }
    return draft;
}

HandInDraft::~HandInDraft()
{
    *m_bytesOfAll -= m_bytes;
}

bool HandInDraft::grow(std::size_t bytes)
{
    if (m_bytesOfAll->load() + bytes > maxBytesOfAll)
        return false;
    *m_bytesOfAll += bytes;
    m_bytes += bytes;
    return true;
}

HandInState HandInDraft::state() const
{
    if (m_onLog)
        return HandInState::OnLog;
    return m_end == m_stated ? HandInState::Waiting : HandInState::Wanted;
}

Outcome<protocol::Done> HandInDraft::take(const Store& store, const protocol::HandIn& part)
{
    if (!part.entries.empty()) {
        IMPULSE_CHECK(takeEntries(part.entries));
    }
    const auto baseSeq = store.handIns().status().baseSeq;
    for (const auto& list : part.lists) {
        IMPULSE_CHECK(takeList(store, baseSeq, list));
    }
    return protocol::Done{};
}

Outcome<protocol::Done> HandInDraft::takeEntries(View bytes)
{
    if (bytes.size() % entrySize != 0)
        return Failure{refusal(ErrorCode::Malformed)};
    const auto count = bytes.size() / entrySize;
    if (m_entries.size() + count > protocol::handInEntries)
        return Failure{refusal(ErrorCode::TooLarge)};
    if (isComplete() || m_end.seq + count > m_stated.seq)
        return Failure{refusal(ErrorCode::DirectoryConflict)};
    if (!grow(count * sizeof(HandedEntry)))
        return Failure{rateLimited(retryWhenFullMs)};
    for (std::size_t at = 0; at < bytes.size(); at += entrySize) {
        const auto entry = crypto::parseDirectoryEntry(bytes.subspan(at, entrySize));
        if (!entry)
            return Failure{refusal(ErrorCode::Malformed)};
        const auto next = crypto::advanceHead(m_end, *entry);
        if (!next)
            return Failure{refusal(ErrorCode::DirectoryConflict)};
        m_entries.push_back(
            {{entry->seq, *Hash32::from(entry->label), entry->listHash}, next->head, m_end.head});
        m_end = *next;
    }
    // A log that does not begin where the server's ends comes to another head.
    if (m_end.seq == m_stated.seq && m_end != m_stated)
        return Failure{refusal(ErrorCode::DirectoryConflict)};
    return protocol::Done{};
}

Outcome<protocol::Done> HandInDraft::takeList(const Store& store, std::uint64_t baseSeq,
                                              const protocol::HandedList& list)
{
    if (!isComplete())
        return Failure{refusal(ErrorCode::DirectoryConflict)};
    if (m_lists.size() >= protocol::handInLists)
        return Failure{refusal(ErrorCode::TooLarge)};
    const auto label = directoryLabel(m_server, list.userId);
    auto history = store.directory().history(label);
    for (const auto& handed : m_entries) {
        if (handed.entry.label == label)
            history.push_back({handed.entry.seq, handed.entry.listHash, false});
    }
    const auto hash = crypto::deviceListHash(list.list);
    const auto found = std::ranges::find_if(history, [&](const LabelEntry& entry) {
        return entry.seq > baseSeq && entry.listHash == hash;
    });
    if (found == history.end())
        return Failure{refusal(ErrorCode::InvalidDeviceList)};
    IMPULSE_TRY(auto checked, checkList(list.list, list.userId));
    const auto index = static_cast<std::uint64_t>(found - history.begin());
    const auto previous = index == 0 ? Hash32() : std::prev(found)->listHash;
    if (checked.version != index + 1 || checked.previous != previous)
        return Failure{refusal(ErrorCode::DirectoryConflict)};
    if (!grow(list.list.size() + sizeof(List)))
        return Failure{rateLimited(retryWhenFullMs)};
    m_lists.push_back({list.userId, label, list.list, std::move(checked)});
    return protocol::Done{};
}

const HandInDraft::List* HandInDraft::newestList(const UserId& user) const
{
    const List* newest = nullptr;
    for (const auto& list : m_lists) {
        if (list.user == user && (!newest || list.checked.version > newest->checked.version))
            newest = &list;
    }
    return newest;
}

} // namespace impulse::server
