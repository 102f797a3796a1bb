#pragma once

#include "common/protocol/ContactMessages.h"

namespace impulse::server {

/// Who allows whom what. See Store for threads and failures.
class Contacts {
public:
    virtual ~Contacts() = default;

    /// What `owner` allows `peer`.
    virtual protocol::ContactState state(const UserId& owner, const UserId& peer) const = 0;
    /// With an id above `after`, in the order of ids.
    virtual std::vector<protocol::ContactEntry> list(const UserId& owner, const UserId& after,
                                                     std::size_t limit) const = 0;
    /// Who hears of `owner`: everybody whom he accepted and who did not block him.
    virtual std::vector<UserId> audience(const UserId& owner) const = 0;

    /// None deletes the pair.
    virtual void set(const UserId& owner, const UserId& peer, protocol::ContactState state) = 0;
    /// All pairs that this account is in, on either side.
    virtual void erase(const UserId& user) = 0;
};

} // namespace impulse::server
