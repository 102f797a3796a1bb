#pragma once

#include "server/core/Services.h"

#include <functional>
#include <string>

namespace impulse::server {

class ChatServer;

/// One connection, as the operator sees it. No address: that is a person's.
struct SessionInfo {
    UserId user;
    DeviceId device;
    std::string username;
    std::string state;
    std::uint64_t openedMs = 0;
    std::uint64_t queuedBytes = 0;
    std::uint64_t outstanding = 0;
};

struct Sessions {
    std::vector<SessionInfo> some;
    std::size_t total = 0;
};

/// What the operator does to the accounts of a chat server. Made and called on its I/O thread;
/// `done` is called there as well, after the commit.
class Operations {
public:
    using Done = std::function<void(const Outcome<protocol::Done>&)>;

    explicit Operations(ChatServer& server) : m_server(server) {}

    /// Of this server alone. At most so many are told, all are counted.
    Sessions sessions(std::size_t most) const;
    /// See ChatServer::setDraining().
    void setDraining(std::optional<std::uint64_t> retryAfterMs);

    /// Disabling closes the account's sessions on every server, whatever their state.
    void setDisabled(const UserId& user, bool disabled, Done done);
    void setResetCode(const UserId& user, const ResetCode& code, Done done);
    void deleteAccount(const UserId& user, Done done);
    void makeInvite(const NewInvite& invite, Done done);
    void revokeInvite(const InviteHash& hash, Done done);

private:
    ChatServer& m_server;
};

} // namespace impulse::server
