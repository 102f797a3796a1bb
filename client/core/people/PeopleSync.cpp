#include "client/core/people/PeopleService.h"
#include "client/core/state/SecretBridge.h"
#include "client/e2ee/Profile.h"

#include <algorithm>

namespace impulse::client {

namespace {

constexpr std::size_t namesPerRequest = 100;
constexpr std::size_t presencePerRequest = 1000;

protocol::ContactState wireState(ContactStatus status)
{
    switch (status) {
    case ContactStatus::Accepted:
        return protocol::ContactState::Accepted;
    case ContactStatus::Blocked:
        return protocol::ContactState::Blocked;
    case ContactStatus::Stranger:
        break;
    }
    return protocol::ContactState::None;
}

ContactStatus statusOf(protocol::ContactState state)
{
    switch (state) {
    case protocol::ContactState::Accepted:
        return ContactStatus::Accepted;
    case protocol::ContactState::Blocked:
        return ContactStatus::Blocked;
    case protocol::ContactState::None:
        break;
    }
    return ContactStatus::Stranger;
}

/// The same request may succeed later: what it says, a block above all, must not be forgotten.
bool mayRepeat(const CallFailure& failure)
{
    using protocol::ErrorCode;
    return !failure.refusal || failure.is(ErrorCode::RateLimited) ||
           failure.is(ErrorCode::StorageFull) || failure.is(ErrorCode::Unavailable) ||
           failure.is(ErrorCode::Internal);
}

} // namespace

Task<void> PeopleService::sync()
{
    co_await pushContacts();
    co_await fetchContacts();
    co_await pushOwn();
    for (const auto& [id, contact] : m_state.contacts) {
        if (contact.username.empty())
            m_namesWanted.insert(id);
    }
    co_await fetchNames();
    co_await fetchPresence();
    // Changes are told to those who are online only, so everybody's is asked for.
    std::vector<UserId> known;
    for (const auto& [id, contact] : m_state.contacts) {
        if (contact.profileKey && contact.status != ContactStatus::Blocked && id != m_state.self())
            known.push_back(id);
    }
    for (const auto& id : known)
        co_await fetchProfile(id);
}

void PeopleService::takePush(const protocol::AnyPush& push)
{
    if (!m_state.isLoaded())
        return;
    if (const auto* presence = std::get_if<protocol::PresencePush>(&push)) {
        takePresence(presence->presence);
    } else if (const auto* profile = std::get_if<protocol::ProfilePush>(&push)) {
        if (profile->userId == m_state.self())
            fetchOwnProfile().detach();
        else
            fetchProfile(profile->userId).detach();
    } else if (const auto* contact = std::get_if<protocol::ContactPush>(&push)) {
        WriteBatch batch;
        const auto id = contact->contact.userId;
        if (takeEntry(batch, contact->contact))
            m_state.commit(std::move(batch), [this, guard = QPointer<QObject>(this), id] {
                if (guard)
                    Q_EMIT personChanged(id);
            });
    }
}

void PeopleService::takePresence(const protocol::Presence& presence)
{
    // The server could name people without end.
    if (!m_state.contact(presence.userId))
        return;
    m_presence[presence.userId] = {presence.online, presence.lastSeenMs};
    m_typing.setOnline(presence.userId, presence.online);
    Q_EMIT personChanged(presence.userId);
}

bool PeopleService::takeEntry(WriteBatch& batch, const protocol::ContactEntry& entry)
{
    // Whom one accepts is told by the own devices, end-to-end encrypted: the server could let anybody
    // in. Only a device that has just joined takes its word, once.
    const bool taken = m_state.account.contactsTaken;
    if (entry.userId == m_state.self() || (taken && !m_state.contact(entry.userId)))
        return false;
    auto& contact = m_state.contacts[entry.userId];
    const bool isNew = contact.userId != entry.userId;
    contact.userId = entry.userId;
    const auto status = contact.statusDirty || taken ? contact.status : statusOf(entry.state);
    if (!isNew && contact.status == status && !contact.username.empty())
        return false;
    contact.status = status;
    if (contact.username.empty())
        contact.username = entry.username;
    m_state.stage(batch, contact);
    return true;
}

void PeopleService::stageAccepted(WriteBatch& batch, const UserId& id)
{
    auto* contact = m_state.contact(id);
    if (!contact || contact->status == ContactStatus::Accepted || id == m_state.self())
        return;
    contact->status = ContactStatus::Accepted;
    contact->statusDirty = true;
    m_state.stage(batch, *contact);
    QMetaObject::invokeMethod(
        this,
        [this, id] {
            Q_EMIT personChanged(id);
            pushContacts().detach();
        },
        Qt::QueuedConnection);
}

Task<void> PeopleService::pushContacts()
{
    if (m_pushing || !m_session.isLoggedIn() || !m_state.isLoaded())
        co_return;
    m_pushing = true;
    // Looked for anew each time: what is decided while the server answers goes out as well.
    const auto nextDirty = [this] {
        return std::ranges::find_if(m_state.contacts,
                                    [](const auto& entry) { return entry.second.statusDirty; });
    };
    for (auto next = nextDirty(); next != m_state.contacts.end(); next = nextDirty()) {
        const UserId id = next->first;
        protocol::SetContact request;
        request.userId = id;
        request.state = wireState(next->second.status);
        const auto told = next->second.status;
        const auto answer = co_await m_session.link().request(this, request);
        auto* current = m_state.contact(id);
        if (!current || (!answer.ok() && mayRepeat(answer.error())))
            break;
        if (current->status == told) {
            current->statusDirty = false;
            WriteBatch batch;
            m_state.stage(batch, *current);
            m_state.commit(std::move(batch));
        }
        if (told == ContactStatus::Accepted)
            m_session.link().call<protocol::GetPresence>(
                protocol::GetPresence{{id}},
                [guard = QPointer<PeopleService>(this)](const auto& list) {
                    if (!guard || !list.ok())
                        return;
                    for (const auto& presence : list->people)
                        guard->takePresence(presence);
                });
    }
    m_pushing = false;
}

Task<void> PeopleService::fetchContacts()
{
    protocol::GetContacts request;
    for (;;) {
        const auto page = co_await m_session.link().request(this, request);
        if (!page.ok() || !m_state.isLoaded())
            co_return;
        WriteBatch batch;
        std::vector<UserId> changed;
        for (const auto& entry : page->contacts) {
            if (takeEntry(batch, entry))
                changed.push_back(entry.userId);
        }
        if (!batch.isEmpty())
            co_await m_state.committed(this, std::move(batch));
        for (const auto& id : changed)
            Q_EMIT personChanged(id);
        // Ascending, or it would never end.
        if (!page->more || page->contacts.empty() || page->contacts.back().userId <= request.after)
            break;
        request.after = page->contacts.back().userId;
    }
    if (m_state.account.contactsTaken)
        co_return;
    m_state.account.contactsTaken = true;
    WriteBatch batch;
    m_state.stageAccount(batch);
    m_state.commit(std::move(batch));
}

void PeopleService::wantName(const UserId& id)
{
    m_namesWanted.insert(id);
    if (!m_fetchingNames && m_session.isLoggedIn())
        fetchNames().detach();
}

Task<void> PeopleService::fetchNames()
{
    if (m_fetchingNames)
        co_return;
    m_fetchingNames = true;
    while (!m_namesWanted.empty() && m_session.isLoggedIn()) {
        protocol::GetUsers request;
        while (!m_namesWanted.empty() && request.userIds.size() < namesPerRequest)
            request.userIds.push_back(m_namesWanted.extract(m_namesWanted.begin()).value());
        const auto users = co_await m_session.link().request(this, request);
        if (!users.ok() || !m_state.isLoaded())
            break;
        WriteBatch batch;
        std::vector<UserId> changed;
        for (const auto& user : users->users) {
            auto* contact = m_state.contact(user.userId);
            if (!contact || !contact->username.empty())
                continue;
            contact->username = user.username;
            m_state.stage(batch, *contact);
            changed.push_back(user.userId);
        }
        co_await m_state.committed(this, std::move(batch));
        for (const auto& id : changed)
            Q_EMIT personChanged(id);
    }
    m_fetchingNames = false;
}

Task<void> PeopleService::fetchPresence()
{
    std::vector<UserId> all;
    for (const auto& [id, contact] : m_state.contacts) {
        if (contact.status == ContactStatus::Accepted && id != m_state.self())
            all.push_back(id);
    }
    for (std::size_t from = 0; from < all.size(); from += presencePerRequest) {
        protocol::GetPresence request;
        const auto to = std::min(all.size(), from + presencePerRequest);
        request.userIds.assign(all.begin() + static_cast<std::ptrdiff_t>(from),
                               all.begin() + static_cast<std::ptrdiff_t>(to));
        const auto list = co_await m_session.link().request(this, request);
        if (!list.ok())
            co_return;
        for (const auto& presence : list->people)
            takePresence(presence);
    }
}

void PeopleService::wantProfile(const UserId& id)
{
    if (m_session.isLoggedIn())
        fetchProfile(id).detach();
}

void PeopleService::syncOwnProfile()
{
    if (m_session.isLoggedIn())
        pushOwn().detach();
}

void PeopleService::tellOwnDevices()
{
    if (!m_state.isLoaded() || !m_state.account.hasProfileKey)
        return;
    e2ee::ProfileKeyContent key{fromWire<e2ee::ProfileKey>(m_state.account.profileKey)};
    auto content = e2ee::writeContent(e2ee::Content(std::move(key)));
    if (!content.ok())
        return;
    WriteBatch batch;
    m_outbox.stageControl(batch, m_state.self(), std::move(content).value(), {});
    m_state.commit(std::move(batch), [outbox = QPointer<Outbox>(&m_outbox)] {
        if (outbox)
            outbox->run();
    });
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
    const auto key = fromWire<e2ee::ProfileKey>(*current->profileKey);
    const auto opened = e2ee::openProfile(key, id, answer->profile,
                                          static_cast<std::uint32_t>(current->profileVersion));
    if (!opened.ok())
        co_return;
    const auto profile = e2ee::parseProfile(opened->content);
    if (!profile.ok())
        co_return;
    if (current->profileVersion == opened->version && current->displayName == profile->name &&
        current->statusText == profile->status && current->about == profile->about)
        co_return;
    current->profileVersion = opened->version;
    current->displayName = profile->name;
    current->statusText = profile->status;
    current->about = profile->about;
    WriteBatch batch;
    m_state.stage(batch, *current);
    co_await m_state.committed(this, std::move(batch));
    Q_EMIT personChanged(id);
}

/// The profile that another own device has uploaded.
Task<void> PeopleService::fetchOwnProfile()
{
    protocol::GetProfile request;
    request.userId = m_state.self();
    const auto answer = co_await m_session.link().request(this, request);
    if (!answer.ok() || !m_state.isLoaded() || !m_state.account.hasProfileKey)
        co_return;
    auto& account = m_state.account;
    const auto key = fromWire<e2ee::ProfileKey>(account.profileKey);
    const auto opened = e2ee::openProfile(key, m_state.self(), answer->profile,
                                          static_cast<std::uint32_t>(account.profileVersion));
    if (!opened.ok() || (opened->version == account.profileVersion && account.profileVersion != 0))
        co_return;
    const auto profile = e2ee::parseProfile(opened->content);
    if (!profile.ok())
        co_return;
    account.profileVersion = opened->version;
    account.displayName = profile->name;
    account.statusText = profile->status;
    account.about = profile->about;
    WriteBatch batch;
    m_state.stageAccount(batch);
    co_await m_state.committed(this, std::move(batch));
    Q_EMIT ownProfileChanged();
}

Task<void> PeopleService::pushOwn()
{
    // Another own device may have changed it meanwhile.
    if (m_state.account.hasProfileKey &&
        (m_state.account.profileVersion == 0 || !m_state.account.profileDirty))
        co_await fetchOwnProfile();
    if (!m_state.isLoaded() || !m_session.isLoggedIn())
        co_return;
    if (m_state.account.profileDirty && m_state.account.hasProfileKey) {
        auto& account = m_state.account;
        e2ee::Profile profile;
        profile.name = account.displayName;
        profile.status = account.statusText;
        profile.about = account.about;
        const auto content = e2ee::writeProfile(profile);
        crypto::SystemRng rng;
        const auto version = account.profileVersion;
        if (content.ok()) {
            auto blob =
                e2ee::sealProfile(rng, fromWire<e2ee::ProfileKey>(account.profileKey),
                                  m_state.self(), static_cast<std::uint32_t>(version), *content);
            if (blob.ok()) {
                protocol::PutProfile request;
                request.profile = std::move(blob).value();
                const auto answer = co_await m_session.link().request(this, request);
                if (answer.ok() && m_state.isLoaded() &&
                    m_state.account.profileVersion == version) {
                    m_state.account.profileDirty = false;
                    WriteBatch batch;
                    m_state.stageAccount(batch);
                    m_state.commit(std::move(batch));
                }
            }
        }
    }
    if (m_state.isLoaded() && m_state.account.privacyDirty) {
        protocol::SetPrivacy request;
        request.showLastSeen = m_state.account.showLastSeen;
        const auto answer = co_await m_session.link().request(this, request);
        if (answer.ok() && m_state.isLoaded() &&
            m_state.account.showLastSeen == request.showLastSeen) {
            m_state.account.privacyDirty = false;
            WriteBatch batch;
            m_state.stageAccount(batch);
            m_state.commit(std::move(batch));
        }
    }
}

} // namespace impulse::client
