#pragma once

#include "client/core/People.h"
#include "client/core/message/Outbox.h"
#include "client/core/message/Typing.h"
#include "client/core/ports/WorkerPool.h"

namespace impulse::client {

/// People for the windows: names, contact states, profiles, presence (encryption.md 6.3, 6.4, 8).
/// What the user decides is stored at once and told to the server when it can be reached. Main
/// thread.
class PeopleService final : public People {
    Q_OBJECT
public:
    PeopleService(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
                  Outbox& outbox, Typing& typing, WorkerPool& workers, QObject* parent = nullptr);

    void clear();
    /// After login: tells what the server does not know yet, fetches contacts, names and presence.
    Task<void> sync();
    void takePush(const protocol::AnyPush& push);
    /// Marks a person as accepted, if he is not: stages the change.
    void stageAccepted(WriteBatch& batch, const UserId& id);
    void wantName(const UserId& id);
    void wantProfile(const UserId& id);
    /// The own profile can be read now, or is to be uploaded.
    void syncOwnProfile();
    /// Another own device is there: it is told the key of the own profile.
    void tellOwnDevices();
    void tellChanged(const UserId& id) { Q_EMIT personChanged(id); }

    void find(const QString& usernameOrLink, Callback<PersonItem> done) override;
    std::optional<PersonItem> person(const UserId& id) const override;
    std::vector<PersonItem> contacts() const override;
    void accept(const UserId& id, Callback<void> done) override;
    void block(const UserId& id, Callback<void> done) override;
    void unblock(const UserId& id, Callback<void> done) override;
    void acceptIdentity(const UserId& id, bool verifiedToo, Callback<void> done) override;
    void safetyNumber(const UserId& id, Callback<QString> done) override;
    OwnProfile ownProfile() const override;
    void setOwnProfile(const OwnProfile& profile, Callback<void> done) override;
    QString ownLink() const override;
    bool showsLastSeen() const override;
    void setShowLastSeen(bool show, Callback<void> done) override;

private:
    struct Presence {
        bool online = false;
        std::uint64_t lastSeenMs = 0;
    };

    Task<void> runFind(std::string username, Callback<PersonItem> done);
    Task<void> runSafetyNumber(UserId id, Callback<QString> done);
    Task<void> pushOwn();
    Task<bool> pushProfile();
    Task<void> pushContacts();
    Task<void> fetchContacts();
    Task<void> fetchNames();
    Task<void> fetchPresence();
    Task<void> fetchProfile(UserId id);
    Task<void> fetchOwnProfile();
    void setStatus(const UserId& id, ContactStatus status, Callback<void> done);
    void stageProfileKey(WriteBatch& batch, const UserId& to);
    void stageNewProfileKey(WriteBatch& batch);
    bool takeEntry(WriteBatch& batch, const protocol::ContactEntry& entry);
    void takePresence(const protocol::Presence& presence);

    LocalState& m_state;
    ServerSession& m_session;
    DirectoryKeeper& m_directory;
    Outbox& m_outbox;
    Typing& m_typing;
    WorkerPool& m_workers;
    std::map<UserId, Presence> m_presence;
    std::set<UserId> m_namesWanted;
    bool m_fetchingNames = false;
    bool m_pushing = false;
    Turn m_ownTurn;
    std::map<UserId, QString> m_safetyNumbers;
};

} // namespace impulse::client
