#pragma once

#include "server/core/ports/Invites.h"
#include "server/storage/SqlConnection.h"

namespace impulse::server {

/// Lives on its connection's thread.
class SqlInvites final : public Invites {
public:
    explicit SqlInvites(SqlConnection& connection) : m_connection(connection) {}

    bool isUsable(const InviteHash& hash, std::uint64_t nowMs) const override;

    void insert(const NewInvite& invite) override;
    bool use(const InviteHash& hash, std::uint64_t nowMs) override;
    bool revoke(const InviteHash& hash) override;
    void prune(std::uint64_t nowMs) override;

private:
    SqlConnection& m_connection;
};

} // namespace impulse::server
