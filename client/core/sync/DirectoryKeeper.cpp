#include "client/core/sync/DirectoryKeeper.h"

#include "common/core/Logging.h"
#include "common/crypto/Codec.h"

namespace impulse::client {

namespace {

constexpr std::size_t entrySize = crypto::DirectoryEntry::wireSize;
/// Entries of one row: a row is rewritten while it fills up.
constexpr std::uint64_t entriesPerRow = 128;
constexpr std::uint64_t dayMs = 24ull * 3600 * 1000;

Bytes rowKey(std::uint64_t row)
{
    const auto bytes = crypto::be64(row);
    return {bytes.begin(), bytes.end()};
}

Bytes listKey(const UserId& user, std::uint64_t version)
{
    Bytes key = toBytes(user);
    const auto bytes = crypto::be64(version);
    key.insert(key.end(), bytes.begin(), bytes.end());
    return key;
}

ClientError securityError(crypto::CryptoError error)
{
    qCWarning(lcClient) << "device lists were refused:" << crypto::errorName(error).data();
    return {error == crypto::CryptoError::ForkDetected ? ClientErrorCode::DirectoryForked
                                                       : ClientErrorCode::SecurityCheckFailed};
}

bool holds(const crypto::VerifiedDeviceList& list, const DeviceId& device)
{
    return list.fields().find(device) != nullptr;
}

} // namespace

DirectoryKeeper::DirectoryKeeper(LocalState& state, ServerSession& session, QObject* parent)
    : QObject(parent), m_state(state), m_session(session)
{
}

DirectoryKeeper::~DirectoryKeeper() = default;

void DirectoryKeeper::begin(const ServerId& server)
{
    clear();
    m_directory = std::make_unique<crypto::Directory>(server);
}

void DirectoryKeeper::clear()
{
    m_directory.reset();
    m_entries.clear();
    m_lists.clear();
    m_leftNow.clear();
    m_forkReporters.clear();
}

Task<Result<void, ClientError>> DirectoryKeeper::load()
{
    const Failure corrupt{ClientError{ClientErrorCode::DatabaseCorrupt}};
    const auto server = ServerLink::parse(QString::fromStdString(m_state.profile->server));
    if (!server.ok() || !server->serverId)
        co_return corrupt;
    begin(*server->serverId);
    const auto rows = co_await m_state.loadTable(Table::Directory);
    if (!rows.ok())
        co_return Failure{rows.error()};
    for (const auto& row : *rows) {
        for (std::size_t at = 0; at + entrySize <= row.value.size(); at += entrySize) {
            const View entry = View(row.value).subspan(at, entrySize);
            if (!m_directory->append(entry).ok())
                co_return corrupt;
            m_entries.insert(m_entries.end(), entry.begin(), entry.end());
        }
    }
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
        std::vector<Bytes> raw;
        for (const auto& [version, bytes] : entry.raw)
            raw.push_back(bytes);
        // What the log has grown beyond is fetched by the next sync.
        auto valid = crypto::validDeviceLists(*m_directory, user, raw);
        if (valid.ok())
            entry.valid = std::move(valid).value();
    }
    co_return Result<void, ClientError>();
}

void DirectoryKeeper::stageEntries(WriteBatch& batch, std::uint64_t fromSeq) const
{
    const std::uint64_t count = m_entries.size() / entrySize;
    for (auto row = (fromSeq - 1) / entriesPerRow; row * entriesPerRow < count; ++row) {
        const auto first = row * entriesPerRow;
        const auto last = std::min(count, first + entriesPerRow);
        m_state.stageRow(batch, Table::Directory, rowKey(row),
                         View(m_entries).subspan(first * entrySize, (last - first) * entrySize));
    }
}

void DirectoryKeeper::stageAll(WriteBatch& batch) const
{
    if (!m_entries.empty())
        stageEntries(batch, 1);
    for (const auto& [user, entry] : m_lists) {
        for (const auto& [version, bytes] : entry.raw)
            m_state.stageRow(batch, Table::DeviceList, listKey(user, version), bytes);
    }
}

Task<Result<void, ClientError>> DirectoryKeeper::fetchLog()
{
    auto turn = co_await m_logTurn.take();
    int idle = 0;
    for (;;) {
        if (!m_directory)
            co_return Failure{ClientError{ClientErrorCode::WrongState}};
        protocol::GetDirectory request;
        request.after = m_directory->seq();
        const auto answer = co_await m_session.link().request(this, request);
        if (!answer.ok())
            co_return Failure{answer.error().error};
        if (!m_directory)
            co_return Failure{ClientError{ClientErrorCode::WrongState}};
        if (answer->lastSeq < m_directory->seq()) {
            // Put back from a backup: it takes the lost entries from its clients first (8.3).
            qCWarning(lcClient) << "the server's directory is shorter than it was";
            co_return Failure{ClientError{ClientErrorCode::ServerUnavailable}};
        }
        const auto from = m_directory->seq() + 1;
        const View entries = answer->entries;
        for (std::size_t at = 0; at + entrySize <= entries.size(); at += entrySize) {
            const auto entry = entries.subspan(at, entrySize);
            const auto parsed = crypto::parseDirectoryEntry(entry);
            // A push may have brought it meanwhile.
            if (parsed.ok() && parsed->seq <= m_directory->seq())
                continue;
            if (!m_directory->append(entry).ok())
                co_return Failure{ClientError{ClientErrorCode::DirectoryForked}};
            m_entries.insert(m_entries.end(), entry.begin(), entry.end());
        }
        if (m_directory->seq() >= from && m_state.vault().isOpen()) {
            WriteBatch batch;
            stageEntries(batch, from);
            m_state.commit(std::move(batch));
        }
        if (m_directory->seq() >= answer->lastSeq)
            co_return Result<void, ClientError>();
        // Nothing new although there is more; twice, for a push may have been quicker.
        if (answer->entries.empty() || (m_directory->seq() < from && ++idle >= 2))
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
        if (!knownDevices(user))
            changed.push_back(user);
    }
    if (!m_lists.contains(m_state.self()))
        changed.push_back(m_state.self());
    for (const auto& user : changed) {
        const auto taken = co_await fetchLists(user);
        // One person's broken list is that person's matter; sending to him is refused.
        if (!taken.ok() && kindOf(taken.error()) == ErrorKind::Network)
            co_return taken;
        if (!taken.ok() && user == m_state.self())
            Q_EMIT warning(tr("The server published a false list of your devices."), true);
    }
    co_return Result<void, ClientError>();
}

void DirectoryKeeper::takePush(const protocol::DirectoryPush& push)
{
    if (!m_directory)
        return;
    const auto entry = crypto::parseDirectoryEntry(push.entry);
    if (!entry.ok() || entry->seq <= m_directory->seq())
        return;
    if (entry->seq == m_directory->seq() + 1 && m_directory->append(push.entry).ok()) {
        m_entries.insert(m_entries.end(), push.entry.data(), push.entry.data() + entrySize);
        WriteBatch batch;
        stageEntries(batch, entry->seq);
        m_state.commit(std::move(batch));
        bool known = false;
        for (const auto& [user, lists] : m_lists) {
            if (crypto::directoryLabel(m_directory->server(), user) == entry->label)
                known = true;
        }
        if (!known)
            return;
    }
    sync().detach();
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
            if (!m_directory || lists.size() > m_directory->history(user).size())
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
    if (known != m_lists.end() && !known->second.raw.empty())
        after = known->second.raw.rbegin()->first;
    auto lists = co_await downloadLists(user, after);
    if (!lists.ok())
        co_return Failure{lists.error()};
    if (!m_directory || !m_state.isLoaded())
        co_return Failure{ClientError{ClientErrorCode::WrongState}};
    WriteBatch batch;
    const auto taken = takeLists(batch, user, std::move(lists).value());
    if (!batch.isEmpty())
        m_state.commit(std::move(batch));
    co_return taken;
}

std::optional<crypto::Pin> DirectoryKeeper::pinOf(const UserId& user) const
{
    if (user == m_state.self()) {
        const auto& account = m_state.account;
        return crypto::Pin{account.identityKey, static_cast<std::uint32_t>(account.generation),
                           account.listVersion};
    }
    const auto found = m_state.contacts.find(user);
    if (found == m_state.contacts.end() || !found->second.pin)
        return std::nullopt;
    const auto& pin = *found->second.pin;
    return crypto::Pin{pin.identityKey, static_cast<std::uint32_t>(pin.generation), pin.version};
}

Result<void, ClientError> DirectoryKeeper::takeLists(WriteBatch& batch, const UserId& user,
                                                     std::vector<Bytes> lists)
{
    const auto history = m_directory->history(user);
    if (history.empty() || history.back().listHash.isZero())
        return Failure{ClientError{ClientErrorCode::NotFound}};
    Lists next;
    const auto known = m_lists.find(user);
    if (known != m_lists.end())
        next.raw = known->second.raw;
    for (auto& list : lists) {
        const auto parsed = crypto::parseDeviceList(list);
        if (parsed.ok())
            next.raw[parsed->version] = std::move(list);
    }
    std::vector<Bytes> all;
    for (const auto& [version, bytes] : next.raw)
        all.push_back(bytes);
    const auto pin = pinOf(user);
    auto accepted = pin && !all.empty()
                        ? crypto::acceptDeviceList(*m_directory, user, all.back(), pin)
                        : crypto::acceptFirstUse(*m_directory, user, all);
    if (!accepted.ok())
        return Failure{securityError(accepted.error())};
    auto valid = crypto::validDeviceLists(*m_directory, user, all);
    if (!valid.ok())
        return Failure{securityError(valid.error())};
    next.valid = std::move(valid).value();
    if (next.valid.empty() || next.valid.back().bytes() != accepted->list.bytes())
        return Failure{securityError(crypto::CryptoError::StaleList)};
    std::vector<crypto::VerifiedDeviceList> before;
    if (known != m_lists.end())
        before = known->second.valid;
    for (const auto& [version, bytes] : next.raw) {
        if (known == m_lists.end() || !known->second.raw.contains(version))
            m_state.stageRow(batch, Table::DeviceList, listKey(user, version), bytes);
    }
    noteLeft(user, before, next);
    m_lists[user] = std::move(next);
    if (user == m_state.self())
        watchOwn(batch, accepted->list);
    else
        updatePin(batch, user, *accepted);
    m_state.stageSessions(batch);
    if (!before.empty())
        Q_EMIT devicesChanged(user);
    return {};
}

/// Devices that have left are heard for the backlog only, and nothing is sent to them.
void DirectoryKeeper::noteLeft(const UserId& user,
                               const std::vector<crypto::VerifiedDeviceList>& before,
                               const Lists& now)
{
    const auto& current = now.valid.back();
    const auto& older = before.empty() ? now.valid : before;
    const auto note = [&](const crypto::VerifiedDeviceList& list) {
        for (const auto& device : list.devices()) {
            if (!holds(current, device.device()))
                m_leftNow.insert(device.device());
        }
    };
    if (before.empty()) {
        for (const auto& list : older)
            note(list);
    } else {
        note(older.back());
    }
    Q_UNUSED(user);
}

void DirectoryKeeper::updatePin(WriteBatch& batch, const UserId& user,
                                const crypto::Accepted& accepted)
{
    auto& contact = m_state.contacts[user];
    contact.userId = user;
    const auto pin = accepted.list.pin();
    if (accepted.event == crypto::Accepted::Event::IdentityChanged) {
        const bool isNew = contact.changedKey != pin.identityKey;
        contact.changedKey = pin.identityKey;
        m_state.stage(batch, contact);
        if (isNew)
            Q_EMIT identityChanged(user);
        return;
    }
    PinRecord record = contact.pin.value_or(PinRecord());
    if (!contact.pin)
        record.firstSeenMs = m_state.nowMs();
    record.identityKey = pin.identityKey;
    record.generation = pin.generation;
    record.version = pin.version;
    contact.pin = record;
    contact.changedKey.reset();
    m_state.stage(batch, contact);
}

void DirectoryKeeper::acceptIdentity(ContactRecord& contact) const
{
    if (!contact.changedKey)
        return;
    PinRecord record;
    record.identityKey = *contact.changedKey;
    record.firstSeenMs = m_state.nowMs();
    const auto* list = knownDevices(contact.userId);
    if (list && list->pin().identityKey == record.identityKey) {
        record.generation = list->pin().generation;
        record.version = list->pin().version;
    }
    contact.pin = record;
    contact.changedKey.reset();
}

/// Own monitor (encryption.md 8.3, 1.4).
void DirectoryKeeper::watchOwn(WriteBatch& batch, const crypto::VerifiedDeviceList& list)
{
    auto& account = m_state.account;
    const auto pin = list.pin();
    if (pin.identityKey != account.identityKey) {
        Q_EMIT warning(tr("The server published a false identity for you."), true);
        return;
    }
    const bool newer = pin.version > account.listVersion;
    const bool higher = pin.generation > account.generation;
    if (newer) {
        account.listVersion = pin.version;
        m_state.stageAccount(batch);
    }
    if (!holds(list, m_state.device()))
        Q_EMIT ownDeviceRemoved(higher);
}

const crypto::VerifiedDeviceList* DirectoryKeeper::knownDevices(const UserId& user) const
{
    const auto found = m_lists.find(user);
    if (!m_directory || found == m_lists.end() || found->second.valid.empty())
        return nullptr;
    const auto history = m_directory->history(user);
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
    if (m_directory && m_directory->history(user).empty()) {
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
    const auto own = m_directory->history(m_state.self()).size();
    return peer == m_state.self() ? own : own + m_directory->history(peer).size();
}

std::optional<e2ee::Sender> DirectoryKeeper::sender(const UserId& user,
                                                    const DeviceId& device) const
{
    const auto found = m_lists.find(user);
    if (found == m_lists.end() || found->second.valid.empty())
        return std::nullopt;
    const auto& valid = found->second.valid;
    if (const auto peer = valid.back().device(device))
        return e2ee::Sender{*peer, e2ee::Sender::Standing::Current};
    if (!m_leftNow.contains(device))
        return std::nullopt;
    for (auto list = valid.rbegin(); list != valid.rend(); ++list) {
        const auto peer = list->device(device);
        if (!peer)
            continue;
        const bool lockedOut = list->pin().generation < valid.back().pin().generation;
        return e2ee::Sender{*peer, lockedOut ? e2ee::Sender::Standing::LockedOut
                                             : e2ee::Sender::Standing::Removed};
    }
    return std::nullopt;
}

void DirectoryKeeper::noteGossip(const UserId& from, const crypto::DirectoryHead& theirs)
{
    switch (m_directory->compare(theirs)) {
    case crypto::Gossip::Ok:
        return;
    case crypto::Gossip::Fork:
        warnOfFork(from);
        return;
    case crypto::Gossip::Fetch:
        checkAhead(from, theirs).detach();
        return;
    }
}

Task<void> DirectoryKeeper::checkAhead(UserId from, crypto::DirectoryHead theirs)
{
    const auto fetched = co_await fetchLog();
    if (!fetched.ok() || !m_directory)
        co_return;
    // Still ahead: the server withholds entries from one of both.
    if (m_directory->compare(theirs) != crypto::Gossip::Ok)
        warnOfFork(from);
}

/// Graded by who says so: a lying device can cause it (encryption.md 8.3).
void DirectoryKeeper::warnOfFork(const UserId& from)
{
    qCWarning(lcClient) << "somebody sees another directory than this client";
    const auto now = m_state.nowMs();
    auto& last = m_gossipMs[from];
    if (last != 0 && now < last + dayMs)
        return;
    last = now;
    const auto* contact = m_state.contact(from);
    const bool own = from == m_state.self();
    if (!own && (!contact || contact->status != ContactStatus::Accepted))
        return;
    m_forkReporters.insert(from);
    const bool red =
        own || (contact && contact->pin && contact->pin->verified) || m_forkReporters.size() > 1;
    const auto name = own ? QString::fromStdString(m_state.profile->username)
                          : QString::fromStdString(contact->username);
    Q_EMIT warning(tr("The server shows you and %1 different directories.").arg(name), red);
}

} // namespace impulse::client
