#pragma once

#include "common/protocol/AccountMessages.h"

namespace impulse::server {

/// How a secret of a client is kept: v = KDF32(pepper, "pw-verifier", vsalt, secret),
/// encryption.md 2.2.
struct Verifier {
    protocol::Salt salt;
    Hash32 value;
};

struct Account {
    UserId userId;
    std::string username;
    /// Salt, operations and memory of the client's stretching.
    protocol::PasswordParameters password;
    Verifier passwordVerifier;
    Verifier recoveryVerifier;
    bool showLastSeen = true;
    std::uint64_t lastSeenMs = 0;
};

struct NewAccount {
    Account account;
    Bytes rootSlot;
    Bytes profile;
    std::uint64_t createdMs = 0;
};

/// SHA-256 of a code with which a person sets a new password once: whoever reads the database
/// cannot use it.
using ResetHash = Fixed<struct ResetHashTag, 32>;

struct ResetCode {
    ResetHash hash;
    std::uint64_t expiresMs = 0;
};

/// Accounts. See Store for threads and failures.
class Accounts {
public:
    virtual ~Accounts() = default;

    /// Nothing for unknown and for deleted accounts.
    virtual std::optional<Account> find(const UserId& user) const = 0;
    virtual std::optional<Account> findByName(std::string_view username) const = 0;
    /// Cheaper: only the name. Nothing for unknown and for deleted accounts.
    virtual std::optional<std::string> username(const UserId& user) const = 0;
    /// When it was made; 0 for unknown accounts.
    virtual std::uint64_t createdMs(const UserId& user) const = 0;
    /// True for names and ids that somebody has or had: they are never given away again.
    virtual bool isNameTaken(std::string_view username) const = 0;
    virtual bool isIdTaken(const UserId& user) const = 0;
    virtual std::optional<Bytes> rootSlot(const UserId& user) const = 0;
    virtual std::optional<Bytes> profile(const UserId& user) const = 0;

    /// The operator keeps it from logging in. False for unknown and for deleted accounts.
    virtual bool isDisabled(const UserId& user) const = 0;
    virtual std::optional<ResetCode> resetCode(const UserId& user) const = 0;

    virtual void insert(const NewAccount& account) = 0;
    virtual void setDisabled(const UserId& user, bool disabled) = 0;
    /// Replaces the one before.
    virtual void setResetCode(const UserId& user, const ResetCode& code) = 0;
    /// A reset code is used up by it.
    virtual void setPassword(const UserId& user, const protocol::PasswordParameters& parameters,
                             const Verifier& verifier) = 0;
    /// Replaces slot 1 and its verifier.
    virtual void setRecovery(const UserId& user, View rootSlot, const Verifier& verifier) = 0;
    virtual void setProfile(const UserId& user, View profile) = 0;
    virtual void setShowLastSeen(const UserId& user, bool show) = 0;
    virtual void setLastSeen(const UserId& user, std::uint64_t ms) = 0;
    /// Deletes secrets, slot and profile. Id and name stay, as taken.
    virtual void erase(const UserId& user) = 0;
};

} // namespace impulse::server
