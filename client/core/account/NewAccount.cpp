#include "client/core/account/NewAccount.h"

#include "client/core/Utf8.h"
#include "client/core/state/SecretBridge.h"
#include "client/e2ee/Profile.h"

namespace impulse::client {

namespace {

/// What this device keeps of an open root: everything but the root itself.
void takeRoot(AccountRecord& account, const crypto::RootSecret& root,
              const crypto::UserIdentity& identity, const UserId& user, std::uint32_t generation,
              const crypto::WrapKey& wrap)
{
    crypto::SystemRng rng;
    const auto archive = crypto::boxKeyPair(crypto::deriveArchiveSeed(root, user, generation));
    account.identityKey = identity.publicKey();
    account.generation = generation;
    account.accountSeed = toWire(crypto::deriveAccountSeed(root, user, generation));
    account.archiveKey = archive.publicKey;
    account.archiveCertificate = identity.certifyArchiveKey(generation, archive.publicKey);
    account.passwordSlot = e2ee::sealRootSlot(rng, wrap, e2ee::RootSlotKind::Password, user, root);
}

void takeDevice(AccountRecord& account, const crypto::Device& device)
{
    account.signSeed = toWire(device.signSeed());
    account.boxSeed = toWire(device.boxSeed());
    account.deviceCreatedMs = device.entry().createdMs;
}

std::string serverText(const ServerLink& server)
{
    return server.server().toString().toStdString();
}

} // namespace

Result<void, ClientError> NewAccount::make(const Registration& registration,
                                           const ServerLink& server,
                                           const protocol::PasswordParameters& parameters,
                                           const crypto::PasswordKeys& password)
{
    const Failure internal{ClientError{ClientErrorCode::Internal}};
    auto& state = m_parts.state;
    crypto::SystemRng rng;
    const auto user = crypto::random<UserId>(rng);
    const auto root = crypto::random<crypto::RootSecret>(rng);
    const crypto::UserIdentity identity(root, user);
    const auto now = state.nowMs();
    const auto device = crypto::Device::create(rng, user, identity.publicKey(), now);

    ProfileRecord profile;
    profile.userId = user;
    profile.deviceId = device.id();
    profile.username = registration.username.toLower().toStdString();
    profile.server = serverText(server);
    AccountRecord account;
    takeRoot(account, root, identity, user, 1, password.wrap);
    takeDevice(account, device);
    account.listVersion = 1;
    account.contactsTaken = true;
    account.profileKey = toWire(crypto::random<e2ee::ProfileKey>(rng));
    account.hasProfileKey = true;
    account.profileVersion = 1;
    account.displayName = cutUtf8(registration.displayName.trimmed(), e2ee::profileLimits::name);
    account.incarnation = m_parts.connection.hello().incarnation;
    m_localKey = crypto::random<e2ee::LocalDataKey>(rng);
    state.vault().open(m_localKey.clone());
    state.adopt(std::move(profile), std::move(account));
    m_parts.directory.begin(*server.serverId);

    crypto::DeviceList list;
    list.user = user;
    list.identityKey = identity.publicKey();
    const crypto::AccountKey accountKey(crypto::deriveAccountSeed(root, user, 1), 1);
    list.accountCertificate = identity.certifyAccountKey(1, accountKey.publicKey());
    list.version = 1;
    list.createdMs = now;
    list.devices.push_back(device.entry());
    auto signedList = accountKey.signDeviceList(std::move(list));
    auto prekeys = makePrekeys(state, true, true, e2ee::prekeyLimits::batch);
    e2ee::Profile shown;
    shown.name = state.account.displayName;
    const auto shownContent = e2ee::writeProfile(shown);
    if (!signedList.ok() || !prekeys.ok() || !shownContent.ok())
        return internal;
    auto blob = e2ee::sealProfile(rng, fromWire<e2ee::ProfileKey>(state.account.profileKey), user,
                                  1, *shownContent);
    if (!blob.ok())
        return internal;
    const auto recovery = e2ee::makeRecoverySecret(rng);
    const auto recoveryKeys = e2ee::recoveryKeys(recovery);
    m_recoveryCode = QString::fromStdString(e2ee::recoveryCode(recovery));

    m_request.username = state.profile->username;
    m_request.userId = user;
    m_request.password = parameters;
    m_request.auth = toWire(password.auth);
    m_request.deviceList = std::move(signedList).value();
    m_request.signedPrekey = *prekeys->signedPrekey;
    m_request.oneTimePrekeys = std::move(prekeys->oneTimePrekeys);
    m_request.rootSlot =
        e2ee::sealRootSlot(rng, recoveryKeys.key, e2ee::RootSlotKind::Recovery, user, root);
    m_request.recoveryAuth = toWire(recoveryKeys.auth);
    // Copies for a server that loses the account in a restore.
    state.account.recoverySlot = m_request.rootSlot;
    state.account.recoveryAuth = m_request.recoveryAuth;
    state.account.passwordParameters = parameters;
    m_request.profile = std::move(blob).value();
    const auto& invite =
        registration.inviteCode.isEmpty() && registration.link.kind == ServerLink::Kind::Invite
            ? registration.link.value
            : registration.inviteCode;
    if (!invite.isEmpty())
        m_request.invite = invite.toStdString();
    return {};
}

void NewAccount::stage(WriteBatch& batch)
{
    auto& state = m_parts.state;
    state.stageProfile(batch);
    state.stageAccount(batch);
    state.stageSessions(batch);
    m_parts.directory.stageAll(batch);
}

Result<void, ClientError> JoiningDevice::check(std::vector<Bytes> lists)
{
    auto accepted = crypto::acceptFirstUse(m_parts.directory.directory(), m_user, lists);
    if (!accepted.ok() || accepted->list.fields().identityKey != m_identity.publicKey())
        return Failure{ClientError{ClientErrorCode::SecurityCheckFailed}};
    m_current = std::move(accepted->list);
    return {};
}

std::vector<ListedDevice> JoiningDevice::devices() const
{
    std::vector<ListedDevice> devices;
    for (const auto& entry : m_current->fields().devices)
        devices.push_back({crypto::deviceId(m_user, entry), entry.createdMs});
    return devices;
}

Result<void, ClientError> JoiningDevice::make(const std::vector<DeviceFate>& fates,
                                              const ServerLink& server, const std::string& username,
                                              const crypto::PasswordKeys& password)
{
    const auto listed = devices();
    if (fates.size() != listed.size())
        return Failure{ClientError{ClientErrorCode::WrongState}};
    for (std::size_t i = 0; i < listed.size(); ++i) {
        if (fates[i] == DeviceFate::Lost)
            m_lost.insert(listed[i].id);
    }
    auto& state = m_parts.state;
    crypto::SystemRng rng;
    const auto device = crypto::Device::create(rng, m_user, m_identity.publicKey(), state.nowMs());
    ProfileRecord profile;
    profile.userId = m_user;
    profile.deviceId = device.id();
    profile.username = username;
    profile.server = serverText(server);
    profile.recoveryConfirmed = true;
    AccountRecord account;
    const auto generation = m_current->fields().generation + (m_lost.empty() ? 0u : 1u);
    takeRoot(account, m_root, m_identity, m_user, generation, password.wrap);
    takeDevice(account, device);
    account.listVersion = m_current->fields().version + 1;
    account.incarnation = m_parts.connection.hello().incarnation;
    if (!m_lost.empty()) {
        account.rootUpdateOwed = RootUpdateOwed::Generation;
        account.profileKeyDue = true;
    }
    m_localKey = crypto::random<e2ee::LocalDataKey>(rng);
    state.vault().open(m_localKey.clone());
    state.adopt(std::move(profile), std::move(account));

    auto prekeys = makePrekeys(state, true, true, e2ee::prekeyLimits::batch);
    if (!prekeys.ok())
        return Failure{ClientError{ClientErrorCode::Internal}};
    m_request.deviceId = state.device();
    m_request.signedPrekey = std::move(prekeys->signedPrekey);
    m_request.oneTimePrekeys = std::move(prekeys->oneTimePrekeys);
    return sign();
}

Result<void, ClientError> JoiningDevice::remake(std::vector<Bytes> lists)
{
    IMPULSE_CHECK(check(std::move(lists)));
    auto& account = m_parts.state.account;
    // Somebody locked out others meanwhile: go on from that generation.
    if (m_current->fields().generation > account.generation)
        return Failure{ClientError{ClientErrorCode::RefusedByServer}};
    account.listVersion = m_current->fields().version + 1;
    return sign();
}

Result<void, ClientError> JoiningDevice::sign()
{
    auto& state = m_parts.state;
    const auto generation = static_cast<std::uint32_t>(state.account.generation);
    const crypto::AccountKey accountKey(crypto::deriveAccountSeed(m_root, m_user, generation),
                                        generation);
    crypto::DeviceList list;
    list.user = m_user;
    list.identityKey = m_identity.publicKey();
    list.accountCertificate = m_identity.certifyAccountKey(generation, accountKey.publicKey());
    // Version and predecessor are the log's, also if its last entry is not mine (1.2).
    const auto history = m_parts.directory.directory().history(m_user);
    list.version = history.size() + 1;
    list.previous = history.back().listHash;
    list.createdMs = state.nowMs();
    for (const auto& entry : m_current->fields().devices) {
        if (!m_lost.contains(crypto::deviceId(m_user, entry)))
            list.devices.push_back(entry);
    }
    list.devices.push_back(deviceOf(state).entry());
    state.account.listVersion = list.version;
    auto bytes = accountKey.signDeviceList(std::move(list));
    if (!bytes.ok())
        return Failure{ClientError{ClientErrorCode::Internal}};
    m_request.deviceList = std::move(bytes).value();
    return {};
}

} // namespace impulse::client
