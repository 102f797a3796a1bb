#include "client/core/sync/DirectoryKeeper.h"

#include "common/core/Logging.h"
#include "common/crypto/Codec.h"

namespace impulse::client {

namespace {

constexpr std::size_t entrySize = crypto::DirectoryEntry::wireSize;

} // namespace

DirectoryKeeper::DirectoryKeeper(LocalState& state, ServerSession& session, QObject* parent)
    : QObject(parent), m_state(state), m_session(session), m_replica(state)
{
}

DirectoryKeeper::~DirectoryKeeper() = default;

void DirectoryKeeper::begin(const ServerId& server)
{
    clear();
    m_replica.begin(server);
}

void DirectoryKeeper::clear()
{
    m_replica.clear();
    m_lists.clear();
    m_leftNow.clear();
    m_deletionTold = false;
}

Task<Result<void, ClientError>> DirectoryKeeper::load()
{
    const Failure corrupt{ClientError{ClientErrorCode::DatabaseCorrupt}};
    const auto server = ServerLink::parse(QString::fromStdString(m_state.profile->server));
    if (!server.ok() || !server->serverId)
        co_return corrupt;
    clear();
    const auto loaded = co_await m_replica.load(*server->serverId);
    if (!loaded.ok())
        co_return loaded;
    const auto lists = co_await m_state.loadTable(Table::DeviceList);
    if (!lists.ok())
        co_return Failure{lists.error()};
    for (const auto& row : *lists) {
        const auto user =
            UserId::from(View(row.key).first(std::min(row.key.size(), UserId::size())));
        if (!user || row.key.size() != UserId::size() + 8)
            co_return corrupt;
        crypto::Reader reader(View(row.key).subspan(UserId::size()));
        m_lists[*user].raw[reader.u64()] = row.value;
    }
    for (auto& [user, entry] : m_lists) {
        const auto raw = listsOnLog(user, entry);
        // What the log has grown beyond is fetched by the next sync.
        auto valid = crypto::validDeviceLists(directory(), user, raw);
        if (!valid.ok())
            continue;
        entry.valid = std::move(valid).value();
        noteLeftBefore(entry);
    }
    co_return Result<void, ClientError>();
}

Task<Result<void, ClientError>> DirectoryKeeper::fetchLog()
{
    auto turn = co_await m_logTurn.take();
    int idle = 0;
    for (;;) {
        if (!isOpen())
            co_return Failure{ClientError{ClientErrorCode::WrongState}};
        if (isUnsettled())
            co_return Failure{ClientError{ClientErrorCode::ServerUnavailable}};
        protocol::GetDirectory request;
        request.after = directory().seq();
        const auto answer = co_await m_session.link().request(this, request);
        if (!answer.ok())
            co_return Failure{answer.error().error};
        if (!isOpen())
            co_return Failure{ClientError{ClientErrorCode::WrongState}};
        if (answer->lastSeq < directory().seq()) {
            // Put back from a backup: it takes the lost entries from its clients first (8.3).
            qCWarning(lcClient) << "the server's directory is shorter than it was";
            co_return Failure{ClientError{ClientErrorCode::ServerUnavailable}};
        }
        const auto from = directory().seq() + 1;
        const View entries = answer->entries;
        for (std::size_t at = 0; at + entrySize <= entries.size(); at += entrySize) {
            const auto entry = entries.subspan(at, entrySize);
            const auto parsed = crypto::parseDirectoryEntry(entry);
            // A push may have brought it meanwhile.
            if (parsed.ok() && parsed->seq <= directory().seq())
                continue;
            if (!m_replica.append(entry))
                co_return Failure{ClientError{ClientErrorCode::DirectoryForked}};
        }
        watchDeletion();
        if (directory().seq() >= from && m_state.vault().isOpen()) {
            WriteBatch batch;
            m_replica.stage(batch, from);
            m_state.commit(std::move(batch));
        }
        if (directory().seq() >= answer->lastSeq)
            co_return Result<void, ClientError>();
        // Nothing new although there is more; twice, for a push may have been quicker.
        if (answer->entries.empty() || (directory().seq() < from && ++idle >= 2))
            co_return Failure{ClientError{ClientErrorCode::NotThisServer}};
    }
}

Task<Result<void, ClientError>> DirectoryKeeper::sync()
{
    const auto fetched = co_await fetchLog();
    if (!fetched.ok())
        co_return fetched;
    std::vector<UserId> changed;
    for (const auto& [user, entry] : m_lists) {
        const auto history = directory().history(user);
        const bool deleted = !history.empty() && history.back().listHash.isZero();
        if (!deleted && !knownDevices(user))
            changed.push_back(user);
    }
    if (!m_lists.contains(m_state.self()))
        changed.push_back(m_state.self());
    for (const auto& user : changed) {
        const auto taken = co_await fetchLists(user);
        // One person's broken list is that person's matter; sending to him is refused.
        if (!taken.ok() && kindOf(taken.error()) == ErrorKind::Network)
            co_return taken;
        if (!taken.ok() && user == m_state.self() &&
            taken.error().code != ClientErrorCode::IdentityChanged)
            Q_EMIT warning(tr("The server published a false list of your devices."), true);
    }
    co_return Result<void, ClientError>();
}

void DirectoryKeeper::takePush(const protocol::DirectoryPush& push)
{
    if (!isOpen() || isUnsettled())
        return;
    const auto entry = crypto::parseDirectoryEntry(push.entry);
    if (!entry.ok() || entry->seq <= directory().seq())
        return;
    if (entry->seq == directory().seq() + 1 && m_replica.append(push.entry)) {
        WriteBatch batch;
        m_replica.stage(batch, entry->seq);
        m_state.commit(std::move(batch));
        watchDeletion();
        bool known = false;
        for (const auto& [user, lists] : m_lists) {
            if (crypto::directoryLabel(directory().server(), user) == entry->label)
                known = true;
        }
        if (!known)
            return;
    }
    sync().detach();
}

Task<Result<void, ClientError>> DirectoryKeeper::checkOwn()
{
    if (isUnsettled()) {
        const auto compared = co_await compareLog();
        if (!compared.ok())
            co_return Failure{compared.error()};
        if (compared->common == directory().seq())
            settle(compared->common);
    }
    const auto fetched = co_await fetchLog();
    if (!fetched.ok())
        co_return fetched;
    const auto self = m_state.self();
    // What was known before the last end of the program was perhaps not acted upon.
    if (knownDevices(self)) {
        checkStanding(m_lists[self]);
        co_return Result<void, ClientError>();
    }
    co_return co_await fetchLists(self);
}

Task<Result<std::vector<Bytes>, ClientError>> DirectoryKeeper::downloadLists(UserId user,
                                                                             std::uint64_t after)
{
    std::vector<Bytes> lists;
    for (;;) {
        protocol::GetDeviceLists request;
        request.userId = user;
        request.afterVersion = after;
        const auto answer = co_await m_session.link().request(this, request);
        if (!answer.ok())
            co_return Failure{answer.error().error};
        for (const auto& list : answer->lists) {
            const auto parsed = crypto::parseDeviceList(list);
            if (!parsed.ok() || parsed->version <= after)
                co_return Failure{ClientError{ClientErrorCode::SecurityCheckFailed}};
            after = parsed->version;
            lists.push_back(list);
            // The log has an entry for each, or the server could send them without end.
            if (!isOpen() || lists.size() > directory().history(user).size())
                co_return Failure{ClientError{ClientErrorCode::SecurityCheckFailed}};
        }
        if (!answer->more || answer->lists.empty())
            co_return lists;
    }
}

Task<Result<void, ClientError>> DirectoryKeeper::fetchLists(UserId user)
{
    auto turn = co_await m_listTurn.take();
    if (knownDevices(user))
        co_return Result<void, ClientError>();
    std::uint64_t after = 0;
    const auto known = m_lists.find(user);
    if (known != m_lists.end()) {
        // A restored server may have lost the newest.
        while (known->second.raw.contains(after + 1) && after < directory().history(user).size())
            ++after;
    }
    auto lists = co_await downloadLists(user, after);
    if (!lists.ok())
        co_return Failure{lists.error()};
    if (!isOpen() || !m_state.isLoaded())
        co_return Failure{ClientError{ClientErrorCode::WrongState}};
    WriteBatch batch;
    const auto taken = takeLists(batch, user, std::move(lists).value());
    if (!batch.isEmpty())
        m_state.commit(std::move(batch));
    // After the commit: what follows from it writes rows of its own.
    if (taken.ok() && user == m_state.self())
        checkStanding(m_lists[user]);
    co_return taken;
}

const crypto::VerifiedDeviceList* DirectoryKeeper::knownDevices(const UserId& user) const
{
    const auto found = m_lists.find(user);
    if (!isOpen() || found == m_lists.end() || found->second.valid.empty())
        return nullptr;
    const auto history = directory().history(user);
    const auto& current = found->second.valid.back();
    if (history.empty() || history.back().listHash != crypto::deviceListHash(current.bytes()))
        return nullptr;
    return &current;
}

Task<Result<crypto::VerifiedDeviceList, ClientError>> DirectoryKeeper::devicesOf(UserId user)
{
    if (const auto* known = knownDevices(user))
        co_return *known;
    // A new account may be in the log that was not fetched yet.
    if (isOpen() && directory().history(user).empty()) {
        const auto fetched = co_await fetchLog();
        if (!fetched.ok())
            co_return Failure{fetched.error()};
    }
    const auto taken = co_await fetchLists(user);
    if (!taken.ok())
        co_return Failure{taken.error()};
    const auto* known = knownDevices(user);
    if (!known)
        co_return Failure{ClientError{ClientErrorCode::SecurityCheckFailed}};
    co_return *known;
}

std::uint64_t DirectoryKeeper::rosterVersion(const UserId& peer) const
{
    const auto own = directory().history(m_state.self()).size();
    return peer == m_state.self() ? own : own + directory().history(peer).size();
}

} // namespace impulse::client
