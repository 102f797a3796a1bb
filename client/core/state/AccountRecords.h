#pragma once

#include "client/core/Items.h"
#include "client/core/state/RecordFields.h"
#include "common/protocol/AccountMessages.h"

/// Rows about the own account and about people.
namespace impulse::client {

/// The one row that can be read before unlocking (Table::Profile, key "profile"). Nothing secret.
struct ProfileRecord {
    UserId userId;
    DeviceId deviceId;
    std::string username;
    /// ServerLink with the pinned key.
    std::string server;
    /// The local key under the password; absent: it is in the keychain.
    std::optional<Bytes> slot;
    std::optional<protocol::PasswordParameters> slotParameters;
    bool recoveryConfirmed = false;
    /// This device is no longer in its account's list.
    bool removed = false;
    /// The server has confirmed the account; false only between sending the registration and its
    /// answer.
    bool registered = false;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "userId", &ProfileRecord::userId),
                          field(2, "deviceId", &ProfileRecord::deviceId),
                          field(3, "username", &ProfileRecord::username, textBound),
                          field(4, "server", &ProfileRecord::server, textBound),
                          field(5, "slot", &ProfileRecord::slot, anyBound),
                          field(6, "slotParameters", &ProfileRecord::slotParameters),
                          field(7, "recoveryConfirmed", &ProfileRecord::recoveryConfirmed),
                          field(8, "removed", &ProfileRecord::removed),
                          field(9, "registered", &ProfileRecord::registered)};
    }
};

/// What the own other devices were not told yet (content type 20, encryption.md 4.5).
enum class RootUpdateOwed : std::uint8_t {
    None,
    /// The password was changed here.
    PasswordSlot,
    /// This device locked others out: new generation, with its keys.
    Generation,
};
inline constexpr RootUpdateOwed lastOf(RootUpdateOwed)
{
    return RootUpdateOwed::Generation;
}

/// Somebody sees another directory log than this client (encryption.md 8.3).
struct ForkRecord {
    UserId reporter;
    std::uint64_t noticedMs = 0;
    /// Position and head that were reported.
    std::uint64_t seq = 0;
    Hash32 theirHead;
    /// What this client has: the same position, or its last one if that is lower.
    std::uint64_t ownSeq = 0;
    Hash32 ownHead;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "reporter", &ForkRecord::reporter),
                          field(2, "noticedMs", &ForkRecord::noticedMs),
                          field(3, "seq", &ForkRecord::seq),
                          field(4, "theirHead", &ForkRecord::theirHead),
                          field(5, "ownSeq", &ForkRecord::ownSeq),
                          field(6, "ownHead", &ForkRecord::ownHead)};
    }
};

/// Keys and settings of the own account and device (Table::Account, key "account").
struct AccountRecord {
    WireSecret signSeed;
    WireSecret boxSeed;
    std::uint64_t deviceCreatedMs = 0;
    SignPublicKey identityKey;
    std::uint64_t generation = 1;
    /// Version of the newest own device list that was accepted.
    std::uint64_t listVersion = 0;
    WireSecret accountSeed;
    BoxPublicKey archiveKey;
    Signature archiveCertificate;
    /// Slot 2: the root secret under the password (encryption.md 9.2).
    std::optional<Bytes> passwordSlot;
    WireSecret profileKey;
    std::uint64_t profileVersion = 0;
    std::string displayName;
    std::string statusText;
    std::string about;
    /// The server does not have this profile yet.
    bool profileDirty = false;
    bool showLastSeen = true;
    bool privacyDirty = false;
    /// Of the last envelope that was sealed: strictly increasing (encryption.md 3.3).
    std::uint64_t lastSentMs = 0;
    /// Number of the last mailbox entry that was taken in.
    std::uint64_t mailboxPosition = 0;
    IncarnationId incarnation;
    /// Order of the next outbox row.
    std::uint64_t nextOutbox = 1;
    /// False on a device that joined the account and was not told the key yet.
    bool hasProfileKey = false;
    RootUpdateOwed rootUpdateOwed = RootUpdateOwed::None;
    /// Whom the account accepted was learnt. Until then a device that joined takes the server's
    /// word.
    bool contactsTaken = false;
    /// Told by another own device; taken once it opens the profile that the server has.
    std::optional<WireSecret> nextProfileKey;
    /// Somebody who has the present key is not to read on: a new one is made with the next upload.
    bool profileKeyDue = false;
    /// The newest 20, oldest first.
    std::vector<ForkRecord> forks;
    /// Copies of slot 1 and of what proves the recovery code, for a server that loses the account.
    std::optional<Bytes> recoverySlot;
    std::optional<WireSecret> recoveryAuth;
    /// What passwordSlot's password is stretched with.
    std::optional<protocol::PasswordParameters> passwordParameters;
    /// When the server was last met in a new life, by its clock.
    std::optional<std::uint64_t> restoredMs;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "signSeed", &AccountRecord::signSeed),
                          field(2, "boxSeed", &AccountRecord::boxSeed),
                          field(3, "deviceCreatedMs", &AccountRecord::deviceCreatedMs),
                          field(4, "identityKey", &AccountRecord::identityKey),
                          field(5, "generation", &AccountRecord::generation),
                          field(6, "listVersion", &AccountRecord::listVersion),
                          field(7, "accountSeed", &AccountRecord::accountSeed),
                          field(8, "archiveKey", &AccountRecord::archiveKey),
                          field(9, "archiveCertificate", &AccountRecord::archiveCertificate),
                          field(10, "passwordSlot", &AccountRecord::passwordSlot, anyBound),
                          field(11, "profileKey", &AccountRecord::profileKey),
                          field(12, "profileVersion", &AccountRecord::profileVersion),
                          field(13, "displayName", &AccountRecord::displayName, textBound),
                          field(14, "statusText", &AccountRecord::statusText, textBound),
                          field(15, "about", &AccountRecord::about, textBound),
                          field(16, "profileDirty", &AccountRecord::profileDirty),
                          field(17, "showLastSeen", &AccountRecord::showLastSeen),
                          field(18, "privacyDirty", &AccountRecord::privacyDirty),
                          field(19, "lastSentMs", &AccountRecord::lastSentMs),
                          field(20, "mailboxPosition", &AccountRecord::mailboxPosition),
                          field(21, "incarnation", &AccountRecord::incarnation),
                          field(22, "nextOutbox", &AccountRecord::nextOutbox),
                          field(23, "hasProfileKey", &AccountRecord::hasProfileKey),
                          field(24, "rootUpdateOwed", &AccountRecord::rootUpdateOwed),
                          field(25, "contactsTaken", &AccountRecord::contactsTaken),
                          field(26, "nextProfileKey", &AccountRecord::nextProfileKey),
                          field(27, "profileKeyDue", &AccountRecord::profileKeyDue),
                          field(28, "forks", &AccountRecord::forks, anyBound),
                          field(29, "recoverySlot", &AccountRecord::recoverySlot, anyBound),
                          field(30, "recoveryAuth", &AccountRecord::recoveryAuth),
                          field(31, "restoredMs", &AccountRecord::restoredMs),
                          field(32, "passwordParameters", &AccountRecord::passwordParameters)};
    }
};

inline constexpr ContactStatus lastOf(ContactStatus)
{
    return ContactStatus::Blocked;
}

/// What this client believes about a person's identity (encryption.md 8.1).
struct PinRecord {
    SignPublicKey identityKey;
    std::uint64_t generation = 0;
    std::uint64_t version = 0;
    bool verified = false;
    std::uint64_t firstSeenMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "identityKey", &PinRecord::identityKey),
                          field(2, "generation", &PinRecord::generation),
                          field(3, "version", &PinRecord::version),
                          field(4, "verified", &PinRecord::verified),
                          field(5, "firstSeenMs", &PinRecord::firstSeenMs)};
    }
};

/// A person (Table::Contact, key: user id).
struct ContactRecord {
    UserId userId;
    std::string username;
    ContactStatus status = ContactStatus::Stranger;
    /// The server was not told this status yet.
    bool statusDirty = false;
    std::optional<PinRecord> pin;
    /// The identity key that the directory shows now, if it is not the pinned one: sending is held.
    std::optional<SignPublicKey> changedKey;
    /// The server resolved this username to somebody else.
    bool usernameMoved = false;
    std::optional<WireSecret> profileKey;
    std::uint64_t profileVersion = 0;
    std::string displayName;
    std::string statusText;
    std::string about;
    /// Told later than profileKey; takes its place once it opens the profile that the server has.
    std::optional<WireSecret> nextProfileKey;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "userId", &ContactRecord::userId),
                          field(2, "username", &ContactRecord::username, textBound),
                          field(3, "status", &ContactRecord::status),
                          field(4, "statusDirty", &ContactRecord::statusDirty),
                          field(5, "pin", &ContactRecord::pin),
                          field(6, "changedKey", &ContactRecord::changedKey),
                          field(7, "usernameMoved", &ContactRecord::usernameMoved),
                          field(8, "profileKey", &ContactRecord::profileKey),
                          field(9, "profileVersion", &ContactRecord::profileVersion),
                          field(10, "displayName", &ContactRecord::displayName, textBound),
                          field(11, "statusText", &ContactRecord::statusText, textBound),
                          field(12, "about", &ContactRecord::about, textBound),
                          field(13, "nextProfileKey", &ContactRecord::nextProfileKey)};
    }
};

} // namespace impulse::client
