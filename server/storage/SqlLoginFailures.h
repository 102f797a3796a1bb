#pragma once

#include "server/core/ports/LoginFailures.h"
#include "server/storage/SqlConnection.h"

namespace impulse::server {

/// Lives on its connection's thread.
class SqlLoginFailures final : public LoginFailures {
public:
    explicit SqlLoginFailures(SqlConnection& connection) : m_connection(connection) {}

    FailureCount of(const UserId& user) const override;

    void add(const UserId& user, std::uint64_t nowMs, std::uint64_t windowMs) override;
    void prune(std::uint64_t nowMs, std::uint64_t windowMs) override;

private:
    SqlConnection& m_connection;
};

} // namespace impulse::server
