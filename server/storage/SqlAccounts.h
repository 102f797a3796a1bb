#pragma once

#include "server/core/ports/Accounts.h"
#include "server/storage/RowCache.h"

namespace impulse::server {

/// Lives on its connection's thread.
class SqlAccounts final : public Accounts {
public:
    explicit SqlAccounts(SqlConnection& connection) : m_connection(connection) {}

    std::optional<Account> find(const UserId& user) const override;
    std::optional<Account> findByName(std::string_view username) const override;
    std::optional<std::string> username(const UserId& user) const override;
    std::uint64_t createdMs(const UserId& user) const override;
    bool isNameTaken(std::string_view username) const override;
    bool isIdTaken(const UserId& user) const override;
    std::optional<Bytes> rootSlot(const UserId& user) const override;
    std::optional<Bytes> profile(const UserId& user) const override;
    bool isDisabled(const UserId& user) const override;
    std::optional<ResetCode> resetCode(const UserId& user) const override;

    void insert(const NewAccount& account) override;
    void setDisabled(const UserId& user, bool disabled) override;
    void setResetCode(const UserId& user, const ResetCode& code) override;
    void setPassword(const UserId& user, const protocol::PasswordParameters& parameters,
                     const Verifier& verifier) override;
    void setRecovery(const UserId& user, View rootSlot, const Verifier& verifier) override;
    void setProfile(const UserId& user, View profile) override;
    void setShowLastSeen(const UserId& user, bool show) override;
    void setLastSeen(const UserId& user, std::uint64_t ms) override;
    void erase(const UserId& user) override;

private:
    SqlConnection& m_connection;
    mutable RowCache<UserId, std::string, FixedHash> m_usernames{m_connection};
};

} // namespace impulse::server
