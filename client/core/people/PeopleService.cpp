#include "client/core/people/PeopleService.h"

#include "client/core/ServerLink.h"
#include "client/core/state/SecretBridge.h"
#include "client/e2ee/Profile.h"
#include "client/e2ee/SafetyNumber.h"

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

std::string cut(const QString& text, std::size_t bytes)
{
    QString shorter = text;
    while (static_cast<std::size_t>(shorter.toUtf8().size()) > bytes)
        shorter.chop(1);
    if (!shorter.isEmpty() && shorter.back().isHighSurrogate())
        shorter.chop(1);
    return shorter.toStdString();
}

} // namespace

PeopleService::PeopleService(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
                             Outbox& outbox, Typing& typing, WorkerPool& workers, QObject* parent)
    : People(parent), m_state(state), m_session(session), m_directory(directory), m_outbox(outbox),
      m_typing(typing), m_workers(workers)
{
    connect(&session, &ServerSession::loggedOut, this, [this] {
        const auto known = std::exchange(m_presence, {});
        m_typing.clear();
        for (const auto& [id, presence] : known)
            Q_EMIT personChanged(id);
    });
    connect(&directory, &DirectoryKeeper::identityChanged, this, [this](const UserId& id) {
        m_safetyNumbers.erase(id);
        Q_EMIT personChanged(id);
    });
}

void PeopleService::clear()
{
    m_presence.clear();
    m_namesWanted.clear();
    m_safetyNumbers.clear();
}

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
    std::vector<UserId> unknown;
    for (const auto& [id, contact] : m_state.contacts) {
        if (contact.profileKey && contact.profileVersion == 0)
            unknown.push_back(id);
    }
    for (const auto& id : unknown)
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
    m_presence[presence.userId] = {presence.online, presence.lastSeenMs};
    m_typing.setOnline(presence.userId, presence.online);
    Q_EMIT personChanged(presence.userId);
}

bool PeopleService::takeEntry(WriteBatch& batch, const protocol::ContactEntry& entry)
{
    if (entry.userId == m_state.self())
        return false;
    auto& contact = m_state.contacts[entry.userId];
    const bool isNew = contact.userId != entry.userId;
    contact.userId = entry.userId;
    // What the user decided here and the server was not told yet wins.
    const auto status = contact.statusDirty ? contact.status : statusOf(entry.state);
    if (!isNew && contact.status == status && contact.username == entry.username)
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
    std::vector<UserId> dirty;
    for (const auto& [id, contact] : m_state.contacts) {
        if (contact.statusDirty)
            dirty.push_back(id);
    }
    for (const auto& id : dirty) {
        const auto* contact = m_state.contact(id);
        if (!contact)
            break;
        protocol::SetContact request;
        request.userId = id;
        request.state = wireState(contact->status);
        const auto told = contact->status;
        const auto answer = co_await m_session.link().request(this, request);
        auto* current = m_state.contact(id);
        if (!current || (!answer.ok() && !answer.error().refusal))
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
        if (!page->more || page->contacts.empty())
            co_return;
        request.after = page->contacts.back().userId;
    }
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
    if (m_state.account.hasProfileKey && m_state.account.profileVersion == 0)
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

void PeopleService::find(const QString& usernameOrLink, Callback<PersonItem> done)
{
    QString name = usernameOrLink.trimmed();
    if (name.contains(QLatin1Char('/'))) {
        const auto link = ServerLink::parse(name);
        if (!link.ok() || link->kind != ServerLink::Kind::Person) {
            done(Failure{ClientError{ClientErrorCode::InvalidLink}});
            return;
        }
        name = link->value;
    }
    if (name.startsWith(QLatin1Char('@')))
        name.remove(0, 1);
    name = name.toLower();
    if (!isUsername(name)) {
        done(Failure{ClientError{ClientErrorCode::InvalidUsername}});
        return;
    }
    if (!m_state.isLoaded()) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    runFind(name.toStdString(), std::move(done)).detach();
}

Task<void> PeopleService::runFind(std::string username, Callback<PersonItem> done)
{
    protocol::ResolveUsername request;
    request.username = username;
    const auto answer = co_await m_session.link().request(this, request);
    if (!answer.ok()) {
        // Known people are found without the server.
        for (const auto& [id, contact] : m_state.contacts) {
            if (!answer.error().refusal && contact.username == username) {
                done(*person(id));
                co_return;
            }
        }
        done(Failure{answer.error().error});
        co_return;
    }
    if (!m_state.isLoaded())
        co_return;
    WriteBatch batch;
    // The name of a known person now belongs to somebody else: warn, as for a changed key (8.1).
    std::vector<UserId> moved;
    for (auto& [id, contact] : m_state.contacts) {
        if (contact.username == username && id != answer->userId && !contact.usernameMoved) {
            contact.usernameMoved = true;
            m_state.stage(batch, contact);
            moved.push_back(id);
        }
    }
    const auto id = answer->userId;
    auto& contact = m_state.contacts[id];
    contact.userId = id;
    contact.username = username;
    if (!moved.empty())
        contact.usernameMoved = true;
    m_state.stage(batch, contact);
    co_await m_state.committed(this, std::move(batch));
    for (const auto& other : moved)
        Q_EMIT personChanged(other);
    Q_EMIT personChanged(id);
    const auto item = person(id);
    if (item)
        done(*item);
}

std::optional<PersonItem> PeopleService::person(const UserId& id) const
{
    if (!m_state.isLoaded())
        return std::nullopt;
    PersonItem item;
    item.id = id;
    if (id == m_state.self()) {
        item.username = QString::fromStdString(m_state.profile->username);
        item.displayName = QString::fromStdString(m_state.account.displayName);
        item.statusText = QString::fromStdString(m_state.account.statusText);
        item.about = QString::fromStdString(m_state.account.about);
        item.status = ContactStatus::Accepted;
        item.online = m_session.isLoggedIn();
        return item;
    }
    const auto found = m_state.contacts.find(id);
    if (found == m_state.contacts.end())
        return std::nullopt;
    const auto& contact = found->second;
    item.username = QString::fromStdString(contact.username);
    item.displayName = QString::fromStdString(contact.displayName);
    item.status = contact.status;
    if (contact.status == ContactStatus::Accepted) {
        item.statusText = QString::fromStdString(contact.statusText);
        item.about = QString::fromStdString(contact.about);
    }
    item.wasVerified = contact.pin && contact.pin->verified;
    item.identity = contact.changedKey || contact.usernameMoved ? IdentityState::Changed
                    : item.wasVerified                          ? IdentityState::Verified
                                                                : IdentityState::Unverified;
    const auto presence = m_presence.find(id);
    if (presence != m_presence.end()) {
        item.online = presence->second.online;
        item.lastSeenMs = presence->second.lastSeenMs;
    }
    return item;
}

std::vector<PersonItem> PeopleService::contacts() const
{
    std::vector<PersonItem> items;
    if (!m_state.isLoaded())
        return items;
    for (const auto& [id, contact] : m_state.contacts) {
        if (id != m_state.self())
            items.push_back(*person(id));
    }
    return items;
}

void PeopleService::setStatus(const UserId& id, ContactStatus status, Callback<void> done)
{
    auto* contact = m_state.isLoaded() ? m_state.contact(id) : nullptr;
    if (!contact) {
        done(Failure{ClientError{ClientErrorCode::NotFound}});
        return;
    }
    contact->status = status;
    contact->statusDirty = true;
    WriteBatch batch;
    m_state.stage(batch, *contact);
    e2ee::ContactSync sync;
    sync.user = id;
    sync.accepted = status == ContactStatus::Accepted;
    sync.blocked = status == ContactStatus::Blocked;
    auto content = e2ee::writeContent(e2ee::Content(e2ee::OwnSyncContent(sync)));
    if (content.ok())
        m_outbox.stageControl(batch, m_state.self(), std::move(content).value(), {});
    m_state.commit(std::move(batch),
                   [guard = QPointer<PeopleService>(this), id, done = std::move(done)] {
                       if (!guard)
                           return;
                       Q_EMIT guard->personChanged(id);
                       guard->pushContacts().detach();
                       guard->m_outbox.run();
                       done({});
                   });
}

void PeopleService::accept(const UserId& id, Callback<void> done)
{
    setStatus(id, ContactStatus::Accepted, std::move(done));
}

void PeopleService::block(const UserId& id, Callback<void> done)
{
    setStatus(id, ContactStatus::Blocked, std::move(done));
}

void PeopleService::unblock(const UserId& id, Callback<void> done)
{
    setStatus(id, ContactStatus::Accepted, std::move(done));
}

void PeopleService::acceptIdentity(const UserId& id, bool verifiedToo, Callback<void> done)
{
    auto* contact = m_state.isLoaded() ? m_state.contact(id) : nullptr;
    if (!contact) {
        done(Failure{ClientError{ClientErrorCode::NotFound}});
        return;
    }
    if (contact->pin && contact->pin->verified && contact->changedKey && !verifiedToo) {
        done(Failure{ClientError{ClientErrorCode::IdentityChanged}});
        return;
    }
    WriteBatch batch;
    contact->usernameMoved = false;
    m_directory.acceptIdentity(*contact);
    m_safetyNumbers.erase(id);
    m_state.stage(batch, *contact);
    m_state.commit(std::move(batch),
                   [guard = QPointer<PeopleService>(this), id, done = std::move(done)] {
                       if (!guard)
                           return;
                       Q_EMIT guard->personChanged(id);
                       guard->m_outbox.run();
                       done({});
                   });
}

void PeopleService::safetyNumber(const UserId& id, Callback<QString> done)
{
    runSafetyNumber(id, std::move(done)).detach();
}

Task<void> PeopleService::runSafetyNumber(UserId id, Callback<QString> done)
{
    if (!m_state.isLoaded() || !m_state.contact(id)) {
        done(Failure{ClientError{ClientErrorCode::NotFound}});
        co_return;
    }
    const auto known = m_safetyNumbers.find(id);
    if (known != m_safetyNumbers.end()) {
        done(known->second);
        co_return;
    }
    if (!m_state.contact(id)->pin) {
        const auto devices = co_await m_directory.devicesOf(id);
        const auto* contact = m_state.contact(id);
        if (!devices.ok() || !contact || !contact->pin) {
            done(Failure{devices.ok() ? ClientError{ClientErrorCode::NotFound} : devices.error()});
            co_return;
        }
    }
    const auto* contact = m_state.contact(id);
    const e2ee::Identity mine{m_state.self(), m_state.account.identityKey};
    const e2ee::Identity theirs{id, contact->changedKey.value_or(contact->pin->identityKey)};
    auto digits = std::make_shared<std::string>();
    auto waiting =
        answerOf<bool>(this, [this, mine, theirs, digits](std::function<void(bool)> ready) {
            m_workers.run(
                [mine, theirs, digits] {
                    const auto number = e2ee::safetyNumber(mine, theirs);
                    if (number.ok())
                        *digits = e2ee::displaySafetyNumber(*number);
                },
                [ready = std::move(ready)] { ready(true); });
        });
    co_await waiting;
    if (digits->empty()) {
        done(Failure{ClientError{ClientErrorCode::Internal}});
        co_return;
    }
    const auto text = QString::fromStdString(*digits);
    m_safetyNumbers[id] = text;
    done(text);
}

OwnProfile PeopleService::ownProfile() const
{
    OwnProfile profile;
    profile.displayName = QString::fromStdString(m_state.account.displayName);
    profile.statusText = QString::fromStdString(m_state.account.statusText);
    profile.about = QString::fromStdString(m_state.account.about);
    return profile;
}

void PeopleService::setOwnProfile(const OwnProfile& profile, Callback<void> done)
{
    if (!m_state.isLoaded()) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    auto& account = m_state.account;
    if (!account.hasProfileKey) {
        crypto::SystemRng rng;
        account.profileKey = toWire(crypto::random<e2ee::ProfileKey>(rng));
        account.hasProfileKey = true;
    }
    account.displayName = cut(profile.displayName.trimmed(), e2ee::profileLimits::name);
    account.statusText = cut(profile.statusText.trimmed(), e2ee::profileLimits::status);
    account.about = cut(profile.about.trimmed(), e2ee::profileLimits::about);
    ++account.profileVersion;
    account.profileDirty = true;
    WriteBatch batch;
    m_state.stageAccount(batch);
    m_state.commit(std::move(batch),
                   [guard = QPointer<PeopleService>(this), done = std::move(done)] {
                       if (!guard)
                           return;
                       Q_EMIT guard->ownProfileChanged();
                       if (guard->m_session.isLoggedIn())
                           guard->pushOwn().detach();
                       done({});
                   });
}

QString PeopleService::ownLink() const
{
    if (!m_state.profile)
        return {};
    auto link = ServerLink::parse(QString::fromStdString(m_state.profile->server));
    if (!link.ok())
        return {};
    link->kind = ServerLink::Kind::Person;
    link->value = QString::fromStdString(m_state.profile->username);
    return link->toString();
}

void PeopleService::setShowLastSeen(bool show, Callback<void> done)
{
    if (!m_state.isLoaded()) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    m_state.account.showLastSeen = show;
    m_state.account.privacyDirty = true;
    WriteBatch batch;
    m_state.stageAccount(batch);
    m_state.commit(std::move(batch),
                   [guard = QPointer<PeopleService>(this), done = std::move(done)] {
                       if (!guard)
                           return;
                       if (guard->m_session.isLoggedIn())
                           guard->pushOwn().detach();
                       done({});
                   });
}

} // namespace impulse::client
