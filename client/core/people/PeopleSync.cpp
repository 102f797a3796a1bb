#include "client/core/people/PeopleService.h"

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
    // Whom one accepts is told by the own devices, end-to-end encrypted: the server could let
    // anybody in. Only a device that has just joined takes its word, once.
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
            // What was refused because of a block that is gone now.
            m_outbox.run();
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

} // namespace impulse::client
