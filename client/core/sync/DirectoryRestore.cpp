#include "client/core/sync/DirectoryKeeper.h"

#include "common/core/Logging.h"

/// What becomes of the log and the lists when the server was put back from a backup (encryption.md
/// 8.3).
namespace impulse::client {

namespace {

constexpr std::size_t entrySize = crypto::DirectoryEntry::wireSize;
/// Another own device may publish the same lists at the same time.
constexpr int publishAttempts = 200;

} // namespace

bool DirectoryKeeper::isUnsettled() const
{
    const auto& link = m_session.link();
    // A device that is not in its account yet has no earlier life to compare with.
    return m_state.isLoaded() && link.isOpen() &&
           m_state.account.incarnation != link.hello().incarnation &&
           m_settledIn != link.hello().incarnation;
}

Task<Result<DirectoryKeeper::Comparison, ClientError>> DirectoryKeeper::compareLog()
{
    auto turn = co_await m_logTurn.take();
    Comparison result;
    auto& common = result.common;
    for (;;) {
        protocol::GetDirectory request;
        request.after = common;
        const auto answer = co_await m_session.link().request(this, request);
        if (!answer.ok())
            co_return Failure{answer.error().error};
        if (!isOpen())
            co_return Failure{ClientError{ClientErrorCode::WrongState}};
        const View theirs = answer->entries;
        const auto mine = m_replica.entriesAfter(common, theirs.size() / entrySize);
        const auto before = common;
        for (std::size_t at = 0; at + entrySize <= std::min(mine.size(), theirs.size());
             at += entrySize) {
            result.isForked =
                !std::ranges::equal(mine.subspan(at, entrySize), theirs.subspan(at, entrySize));
            if (result.isForked)
                co_return result;
            ++common;
        }
        if (common >= directory().seq() || common >= answer->lastSeq)
            co_return result;
        if (common == before)
            co_return Failure{ClientError{ClientErrorCode::NotThisServer}};
    }
}

void DirectoryKeeper::settle(std::uint64_t seq)
{
    m_settledIn = m_session.link().hello().incarnation;
    if (seq >= directory().seq())
        return;
    WriteBatch batch;
    m_replica.truncate(batch, seq);
    m_state.commit(std::move(batch));
    for (auto& [user, lists] : m_lists) {
        auto valid = crypto::validDeviceLists(directory(), user, listsOnLog(user, lists));
        // What is missing then is fetched by the next sync.
        lists.valid =
            valid.ok() ? std::move(valid).value() : std::vector<crypto::VerifiedDeviceList>();
    }
}

std::vector<Bytes> DirectoryKeeper::listsOnLog(const UserId& user, const Lists& lists) const
{
    const auto count = directory().history(user).size();
    std::vector<Bytes> result;
    for (const auto& [version, bytes] : lists.raw) {
        if (version <= count)
            result.push_back(bytes);
    }
    return result;
}

std::vector<Bytes> DirectoryKeeper::ownLists() const
{
    std::vector<Bytes> result;
    const auto own = m_lists.find(m_state.self());
    if (own == m_lists.end())
        return result;
    for (const auto& [version, bytes] : own->second.raw)
        result.push_back(bytes);
    return result;
}

std::vector<protocol::HandedList> DirectoryKeeper::listsAfter(std::uint64_t seq) const
{
    std::vector<protocol::HandedList> own;
    std::vector<protocol::HandedList> others;
    for (const auto& [user, lists] : m_lists) {
        const auto history = directory().history(user);
        for (const auto& [version, bytes] : lists.raw) {
            if (version > history.size() || history[version - 1].seq <= seq)
                continue;
            if (user == m_state.self())
                own.push_back({user, bytes});
            else if (version == history.size())
                others.push_back({user, bytes});
        }
    }
    own.insert(own.end(), others.begin(), others.end());
    if (own.size() > protocol::handInLists)
        own.resize(protocol::handInLists);
    return own;
}

Task<Result<void, ClientError>> DirectoryKeeper::publishLost()
{
    const auto self = m_state.self();
    for (int attempt = 0; attempt < publishAttempts; ++attempt) {
        const auto fetched = co_await fetchLog();
        if (!fetched.ok())
            co_return fetched;
        const auto history = directory().history(self);
        const auto& raw = m_lists[self].raw;
        const auto next = raw.find(history.size() + 1);
        if (next == raw.end() || history.empty())
            break;
        const auto last = raw.find(history.size());
        // Another list was published since: the own monitor judges it.
        if (last == raw.end() || crypto::deviceListHash(last->second) != history.back().listHash)
            break;
        protocol::PublishDeviceList request;
        request.deviceList = next->second;
        const auto answer = co_await m_session.link().request(this, request);
        if (answer.ok() || answer.error().is(protocol::ErrorCode::DirectoryConflict))
            continue;
        if (!answer.error().refusal || answer.error().is(protocol::ErrorCode::Unavailable))
            co_return Failure{answer.error().error};
        qCWarning(lcClient) << "an own device list was refused with code"
                            << static_cast<int>(answer.error().refusal->code);
        break;
    }
    co_return Result<void, ClientError>();
}

} // namespace impulse::client
