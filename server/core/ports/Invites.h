#pragma once

#include "common/core/Ids.h"

#include <optional>

namespace impulse::server {

/// SHA-256 of an invite's code: whoever reads the database cannot register with it.
using InviteHash = Fixed<struct InviteHashTag, 32>;

struct NewInvite {
    InviteHash hash;
    /// Nothing: the operator.
    std::optional<UserId> maker;
    std::uint64_t uses = 1;
    std::uint64_t expiresMs = 0;
};

/// Invites to register. See Store for threads and failures.
class Invites {
public:
    virtual ~Invites() = default;

    virtual bool isUsable(const InviteHash& hash, std::uint64_t nowMs) const = 0;

    virtual void insert(const NewInvite& invite) = 0;
    /// Takes one use; false if it is unknown, used up or expired.
    virtual bool use(const InviteHash& hash, std::uint64_t nowMs) = 0;
    /// False if there is none.
    virtual bool revoke(const InviteHash& hash) = 0;
    /// Deletes invites that are used up or expired.
    virtual void prune(std::uint64_t nowMs) = 0;
};

} // namespace impulse::server
