#pragma once

#include "server/core/ports/Contacts.h"
#include "server/storage/RowCache.h"

namespace impulse::server {

/// Lives on its connection's thread.
class SqlContacts final : public Contacts {
public:
    explicit SqlContacts(SqlConnection& connection) : m_connection(connection) {}

    protocol::ContactState state(const UserId& owner, const UserId& peer) const override;
    std::vector<protocol::ContactEntry> list(const UserId& owner, const UserId& after,
                                             std::size_t limit) const override;
    std::vector<UserId> audience(const UserId& owner) const override;

    void set(const UserId& owner, const UserId& peer, protocol::ContactState state) override;
    void erase(const UserId& user) override;

private:
    SqlConnection& m_connection;
    mutable RowCache<std::pair<UserId, UserId>, protocol::ContactState, PairHash<UserId, UserId>>
        m_states{m_connection};
};

} // namespace impulse::server
