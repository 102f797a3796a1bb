#include "client/core/sync/DirectoryKeeper.h"

#include "common/core/Logging.h"
#include "common/crypto/Codec.h"

/// What the lists of people say: who they are, which devices count, who has left.
namespace impulse::client {

namespace {

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

void DirectoryKeeper::stageAll(WriteBatch& batch) const
{
    if (directory().seq() > 0)
        m_replica.stage(batch, 1);
    for (const auto& [user, entry] : m_lists) {
        for (const auto& [version, bytes] : entry.raw)
            m_state.stageRow(batch, Table::DeviceList, listKey(user, version), bytes);
    }
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
    const auto history = directory().history(user);
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
    const auto all = listsOnLog(user, next);
    const auto pin = pinOf(user);
    auto accepted = pin && !all.empty()
                        ? crypto::acceptDeviceList(directory(), user, all.back(), pin)
                        : crypto::acceptFirstUse(directory(), user, all);
    if (!accepted.ok())
        return Failure{securityError(accepted.error())};
    auto valid = crypto::validDeviceLists(directory(), user, all);
    if (!valid.ok())
        return Failure{securityError(valid.error())};
    next.valid = std::move(valid).value();
    if (next.valid.empty() || next.valid.back().bytes() != accepted->list.bytes())
        return Failure{securityError(crypto::CryptoError::StaleList)};
    // Whoever has this identity is not this user: its devices are not own ones.
    if (user == m_state.self() &&
        accepted->list.fields().identityKey != m_state.account.identityKey) {
        Q_EMIT warning(tr("The server published a false identity for you."), true);
        return Failure{ClientError{ClientErrorCode::IdentityChanged}};
    }
    std::vector<crypto::VerifiedDeviceList> before;
    if (known != m_lists.end())
        before = known->second.valid;
    for (const auto& [version, bytes] : next.raw) {
        const bool isNew = known == m_lists.end() || !known->second.raw.contains(version) ||
                           known->second.raw.at(version) != bytes;
        if (isNew)
            m_state.stageRow(batch, Table::DeviceList, listKey(user, version), bytes);
    }
    noteLeft(before, next);
    m_lists[user] = std::move(next);
    if (user == m_state.self())
        watchOwn(batch, m_lists[user]);
    else
        updatePin(batch, user, *accepted);
    m_state.stageSessions(batch);
    if (!before.empty())
        Q_EMIT devicesChanged(user);
    return {};
}

/// Devices that have left are heard for the backlog only, and nothing is sent to them. At first
/// sight of a person every earlier list counts, later those that are new, and the one before.
void DirectoryKeeper::noteLeft(const std::vector<crypto::VerifiedDeviceList>& before,
                               const Lists& now)
{
    const auto& current = now.valid.back();
    const auto from = before.empty() ? 0 : before.back().fields().version;
    bool any = false;
    for (const auto& list : now.valid) {
        for (const auto& device : list.devices()) {
            if (list.fields().version >= from && !holds(current, device.device()))
                any = m_leftNow.insert(device.device()).second || any;
        }
    }
    if (any)
        Q_EMIT devicesLeft();
}

/// After a start: devices that had left when the program ended before their backlog was read. Their
/// sessions are still there.
void DirectoryKeeper::noteLeftBefore(const Lists& lists)
{
    if (lists.valid.empty())
        return;
    for (const auto& list : lists.valid) {
        for (const auto& peer : list.devices()) {
            if (!holds(lists.valid.back(), peer.device()) &&
                !m_state.sessions().sessionIds(peer).empty())
                m_leftNow.insert(peer.device());
        }
    }
}

void DirectoryKeeper::endBacklog()
{
    if (m_leftNow.empty())
        return;
    for (const auto& device : std::exchange(m_leftNow, {}))
        m_state.sessions().forget(device);
    WriteBatch batch;
    m_state.stageSessions(batch);
    m_state.commit(std::move(batch));
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
void DirectoryKeeper::watchOwn(WriteBatch& batch, const Lists& now)
{
    auto& account = m_state.account;
    const auto& list = now.valid.back();
    const auto known = account.listVersion;
    if (list.fields().version > known) {
        account.listVersion = list.fields().version;
        m_state.stageAccount(batch);
    }
    const auto isNew = [&](const crypto::VerifiedPeer& peer) {
        return peer.device() != m_state.device() && !wasOwnDevice(peer.device(), known);
    };
    if (list.fields().version > known && std::ranges::any_of(list.devices(), isNew))
        Q_EMIT warning(tr("A new device was added to your account. If it was not you, sign in "
                          "with your recovery code on another computer and lock it out."),
                       false);
}

/// This device asked for it only if it is wiping itself now.
void DirectoryKeeper::watchDeletion()
{
    if (!m_state.isLoaded() || m_deletionTold)
        return;
    const auto history = directory().history(m_state.self());
    if (history.empty() || !history.back().listHash.isZero())
        return;
    m_deletionTold = true;
    Q_EMIT warning(tr("The server says that this account was deleted. If it was not you, ask "
                      "whoever runs the server."),
                   true);
}

/// Only a list of a higher generation than the last one with this device was made with the root
/// secret; any unlocked device can make one of the same generation.
void DirectoryKeeper::checkStanding(const Lists& own)
{
    const auto& current = own.valid.back().fields();
    if (holds(own.valid.back(), m_state.device()))
        return;
    for (auto list = own.valid.rbegin(); list != own.valid.rend(); ++list) {
        if (list->fields().identityKey != current.identityKey || !holds(*list, m_state.device()))
            continue;
        Q_EMIT ownDeviceRemoved(current.generation > list->fields().generation);
        return;
    }
    Q_EMIT ownDeviceRemoved(false);
}

bool DirectoryKeeper::wasOwnDevice(const DeviceId& device, std::uint64_t version) const
{
    const auto found = m_lists.find(m_state.self());
    if (found == m_lists.end() || version == 0)
        return false;
    for (auto list = found->second.valid.rbegin(); list != found->second.valid.rend(); ++list) {
        if (list->fields().version <= version)
            return holds(*list, device);
    }
    return false;
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

} // namespace impulse::client
