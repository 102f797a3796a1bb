#include "client/core/people/PeopleService.h"

#include "client/core/ServerLink.h"
#include "client/core/Utf8.h"
#include "client/core/state/SecretBridge.h"
#include "client/e2ee/Profile.h"
#include "client/e2ee/SafetyNumber.h"

namespace impulse::client {

namespace {

/// Who has that name here is not whom a link of another server means.
bool isOfServer(const ServerLink& link, const std::string& server)
{
    const auto own = ServerLink::parse(QString::fromStdString(server));
    if (!own.ok())
        return false;
    return link.serverId && own->serverId ? *link.serverId == *own->serverId
                                          : link.host == own->host && link.port == own->port;
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

void PeopleService::find(const QString& usernameOrLink, Callback<PersonItem> done)
{
    if (!m_state.isLoaded()) {
        done(Failure{ClientError{ClientErrorCode::WrongState}});
        return;
    }
    QString name = usernameOrLink.trimmed();
    if (name.contains(QLatin1Char('/'))) {
        const auto link = ServerLink::parse(name);
        if (!link.ok() || link->kind != ServerLink::Kind::Person ||
            !isOfServer(*link, m_state.profile->server)) {
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
    WriteBatch batch;
    // Whoever was accepted may have the key of the own profile (encryption.md 6.4).
    const bool keyDue =
        status == ContactStatus::Blocked && contact->status == ContactStatus::Accepted;
    if (keyDue) {
        m_state.account.profileKeyDue = true;
        m_state.stageAccount(batch);
    }
    const bool newlyAccepted =
        status == ContactStatus::Accepted && contact->status != ContactStatus::Accepted;
    contact->status = status;
    contact->statusDirty = true;
    m_state.stage(batch, *contact);
    if (newlyAccepted && m_state.account.hasProfileKey)
        stageProfileKey(batch, id);
    e2ee::ContactSync sync;
    sync.user = id;
    sync.accepted = status == ContactStatus::Accepted;
    sync.blocked = status == ContactStatus::Blocked;
    auto content = e2ee::writeContent(e2ee::Content(e2ee::OwnSyncContent(sync)));
    if (content.ok())
        m_outbox.stageControl(batch, m_state.self(), std::move(content).value(), {});
    m_state.commit(std::move(batch),
                   [guard = QPointer<PeopleService>(this), id, keyDue, done = std::move(done)] {
                       if (!guard)
                           return;
                       Q_EMIT guard->personChanged(id);
                       guard->pushContacts().detach();
                       if (keyDue)
                           guard->syncOwnProfile();
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
    if (!account.hasProfileKey)
        account.profileKeyDue = true;
    account.displayName = cutUtf8(profile.displayName.trimmed(), e2ee::profileLimits::name);
    account.statusText = cutUtf8(profile.statusText.trimmed(), e2ee::profileLimits::status);
    account.about = cutUtf8(profile.about.trimmed(), e2ee::profileLimits::about);
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

bool PeopleService::showsLastSeen() const
{
    return m_state.isLoaded() && m_state.account.showLastSeen;
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
