#include "client/core/people/PeopleService.h"
#include "client/core/state/SecretBridge.h"
#include "client/e2ee/Profile.h"
#include "common/crypto/ProfileHead.h"

#include <algorithm>

/// Profiles (encryption.md 6.4). A key that is told is a claim: it takes the place of the known one
/// when it opens what the server has, so that own devices which change the key at the same time,
/// or tell an old one, agree in the end.
namespace impulse::client {

namespace {

/// Another own device may be quicker so often.
constexpr int uploadAttempts = 3;
/// Versions that the server names and that lie further ahead are lies to use the numbers up;
/// whoever has the key can help it to forge a whole profile.
constexpr std::uint64_t believableLead = 100'000;

struct ReadProfile {
    std::uint64_t version = 0;
    e2ee::Profile profile;
};

std::optional<ReadProfile> readProfile(const WireSecret& key, const UserId& user, View blob,
                                       std::uint64_t lastVersion)
{
    const auto opened = e2ee::openProfile(fromWire<e2ee::ProfileKey>(key), user, blob,
                                          static_cast<std::uint32_t>(lastVersion));
    if (!opened.ok())
        return std::nullopt;
    auto profile = e2ee::parseProfile(opened->content);
    if (!profile.ok())
        return std::nullopt;
    return ReadProfile{opened->version, std::move(profile).value()};
}

} // namespace

void PeopleService::wantProfile(const UserId& id)
{
    if (m_session.isLoggedIn())
        fetchProfile(id).detach();
}

Task<void> PeopleService::fetchProfile(UserId id)
{
    const auto* contact = m_state.contact(id);
    if (!contact || !contact->profileKey)
        co_return;
    protocol::GetProfile request;
    request.userId = id;
    const auto answer = co_await m_session.link().request(this, request);
    auto* current = m_state.contact(id);
    if (!answer.ok() || !current || !current->profileKey)
        co_return;
    auto read = readProfile(*current->profileKey, id, answer->profile, current->profileVersion);
    const bool same = read && current->profileVersion == read->version &&
                      current->displayName == read->profile.name &&
                      current->statusText == read->profile.status &&
                      current->about == read->profile.about;
    if (same)
        co_return;
    if (!read && current->nextProfileKey) {
        read = readProfile(*current->nextProfileKey, id, answer->profile, 0);
        if (read)
            current->profileKey = std::exchange(current->nextProfileKey, {});
    }
    if (!read)
        co_return;
    current->profileVersion = read->version;
    current->displayName = read->profile.name;
    current->statusText = read->profile.status;
    current->about = read->profile.about;
    WriteBatch batch;
    m_state.stage(batch, *current);
    co_await m_state.committed(this, std::move(batch));
    Q_EMIT personChanged(id);
}

void PeopleService::syncOwnProfile()
{
    if (m_session.isLoggedIn())
        pushOwn().detach();
}

void PeopleService::stageProfileKey(WriteBatch& batch, const UserId& to)
{
    e2ee::ProfileKeyContent key{fromWire<e2ee::ProfileKey>(m_state.account.profileKey)};
    auto content = e2ee::writeContent(e2ee::Content(std::move(key)));
    if (content.ok())
        m_outbox.stageControl(batch, to, std::move(content).value(), {});
}

void PeopleService::tellOwnDevices()
{
    if (!m_state.isLoaded() || !m_state.account.hasProfileKey)
        return;
    WriteBatch batch;
    stageProfileKey(batch, m_state.self());
    m_state.commit(std::move(batch), [outbox = QPointer<Outbox>(&m_outbox)] {
        if (outbox)
            outbox->run();
    });
}

/// Everybody who may have the former key, except whom it was changed for.
void PeopleService::stageNewProfileKey(WriteBatch& batch)
{
    stageProfileKey(batch, m_state.self());
    for (const auto& [id, contact] : m_state.contacts) {
        if (contact.status == ContactStatus::Accepted &&
            m_state.conversation(m_state.directConversation(id)))
            stageProfileKey(batch, id);
    }
}

/// Takes over what the server has now, possibly from another own device. A change that was made
/// here and not uploaded stays, with a version above it.
Task<void> PeopleService::fetchOwnProfile()
{
    protocol::GetProfile request;
    request.userId = m_state.self();
    const auto answer = co_await m_session.link().request(this, request);
    if (!answer.ok() || !m_state.isLoaded())
        co_return;
    const auto stored = crypto::profileVersion(answer->profile);
    auto& account = m_state.account;
    if (!stored.ok() || *stored > account.profileVersion + believableLead)
        co_return;
    const auto before = std::pair(account.profileVersion, account.profileKeyDue);
    std::optional<ReadProfile> read;
    if (account.nextProfileKey) {
        read = readProfile(*account.nextProfileKey, m_state.self(), answer->profile, 0);
        if (read) {
            account.profileKey = *std::exchange(account.nextProfileKey, {});
            account.hasProfileKey = true;
        }
    }
    const bool newKey = read.has_value();
    if (!read && account.hasProfileKey)
        read = readProfile(account.profileKey, m_state.self(), answer->profile, 0);
    if (account.profileDirty) {
        account.profileVersion = std::max(account.profileVersion, std::uint64_t(*stored) + 1);
        // Under a key that this device was not told: it is replaced together with the texts.
        if (!read)
            account.profileKeyDue = true;
    } else if (read && read->version > account.profileVersion) {
        account.profileVersion = read->version;
        account.displayName = read->profile.name;
        account.statusText = read->profile.status;
        account.about = read->profile.about;
    }
    // Without the texts a new key would erase them.
    if (account.profileKeyDue && !account.profileDirty && account.profileVersion != 0) {
        account.profileVersion = std::max(account.profileVersion, std::uint64_t(*stored)) + 1;
        account.profileDirty = true;
    }
    if (!newKey && before == std::pair(account.profileVersion, account.profileKeyDue))
        co_return;
    WriteBatch batch;
    m_state.stageAccount(batch);
    co_await m_state.committed(this, std::move(batch));
    Q_EMIT ownProfileChanged();
}

Task<void> PeopleService::pushOwn()
{
    const auto turn = co_await m_ownTurn.take();
    bool again = true;
    for (int attempt = 0; again && attempt < uploadAttempts; ++attempt) {
        if (!m_state.isLoaded() || !m_session.isLoggedIn())
            co_return;
        co_await fetchOwnProfile();
        again = co_await pushProfile();
    }
    if (!m_state.isLoaded() || !m_session.isLoggedIn() || !m_state.account.privacyDirty)
        co_return;
    protocol::SetPrivacy request;
    request.showLastSeen = m_state.account.showLastSeen;
    const auto answer = co_await m_session.link().request(this, request);
    if (answer.ok() && m_state.isLoaded() && m_state.account.showLastSeen == request.showLastSeen) {
        m_state.account.privacyDirty = false;
        WriteBatch batch;
        m_state.stageAccount(batch);
        m_state.commit(std::move(batch));
    }
}

/// True: the server has a newer one.
Task<bool> PeopleService::pushProfile()
{
    if (!m_state.isLoaded() || !m_session.isLoggedIn())
        co_return false;
    const auto& account = m_state.account;
    if (!account.profileDirty || !(account.hasProfileKey || account.profileKeyDue))
        co_return false;
    e2ee::Profile profile;
    profile.name = account.displayName;
    profile.status = account.statusText;
    profile.about = account.about;
    crypto::SystemRng rng;
    const bool renewed = account.profileKeyDue;
    const auto key = renewed ? crypto::random<e2ee::ProfileKey>(rng)
                             : fromWire<e2ee::ProfileKey>(account.profileKey);
    const auto version = account.profileVersion;
    const auto content = e2ee::writeProfile(profile);
    if (!content.ok())
        co_return false;
    auto blob =
        e2ee::sealProfile(rng, key, m_state.self(), static_cast<std::uint32_t>(version), *content);
    if (!blob.ok())
        co_return false;
    protocol::PutProfile request;
    request.profile = std::move(blob).value();
    const auto answer = co_await m_session.link().request(this, request);
    if (!m_state.isLoaded())
        co_return false;
    if (!answer.ok())
        co_return answer.error().is(protocol::ErrorCode::ProfileConflict);
    // A new key is told once the server has what it opens. If this answer is lost, nobody has the
    // key, and another one is made.
    WriteBatch batch;
    if (renewed) {
        m_state.account.profileKey = toWire(key);
        m_state.account.hasProfileKey = true;
        m_state.account.profileKeyDue = false;
        m_state.account.nextProfileKey.reset();
        stageNewProfileKey(batch);
    }
    // It may have been changed meanwhile.
    if (m_state.account.profileVersion == version)
        m_state.account.profileDirty = false;
    m_state.stageAccount(batch);
    co_await m_state.committed(this, std::move(batch));
    m_outbox.run();
    co_return false;
}

} // namespace impulse::client
