#pragma once

#include "client/core/ClientError.h"
#include "client/core/Items.h"

#include <QObject>

namespace impulse::client {

struct OwnProfile {
    QString displayName;
    QString statusText;
    QString about;
};

/// Contacts, requests, profiles, presence. Main thread; unlocked profiles only.
class People : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Exact username, or a person link of this server.
    virtual void find(const QString& usernameOrLink, Callback<PersonItem> done) = 0;
    virtual std::optional<PersonItem> person(const UserId& id) const = 0;
    virtual std::vector<PersonItem> contacts() const = 0;

    virtual void accept(const UserId& id, Callback<void> done) = 0;
    virtual void block(const UserId& id, Callback<void> done) = 0;
    virtual void unblock(const UserId& id, Callback<void> done) = 0;
    /// After an identity change: go on with the new identity. `verifiedToo`: second confirmation
    /// for a person that was verified.
    virtual void acceptIdentity(const UserId& id, bool verifiedToo, Callback<void> done) = 0;
    /// Twelve groups of five digits (encryption.md 8.2). Takes a moment.
    virtual void safetyNumber(const UserId& id, Callback<QString> done) = 0;

    virtual OwnProfile ownProfile() const = 0;
    /// Stored at once; uploaded when online.
    virtual void setOwnProfile(const OwnProfile& profile, Callback<void> done) = 0;
    /// A link to oneself for others.
    virtual QString ownLink() const = 0;
    /// Whether accepted contacts are told when this account was last online.
    virtual bool showsLastSeen() const = 0;
    virtual void setShowLastSeen(bool show, Callback<void> done) = 0;

Q_SIGNALS:
    void personChanged(const impulse::UserId& id);
    void ownProfileChanged();
};

} // namespace impulse::client
