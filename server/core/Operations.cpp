#include "server/core/Operations.h"

#include "server/core/AccountDeletion.h"
#include "server/core/ChatServer.h"
#include "server/core/Recovery.h"
#include "server/core/WriteTask.h"

namespace impulse::server {
namespace {

const char* nameOf(SessionState state)
{
    switch (state) {
    case SessionState::New:
        return "new";
    case SessionState::Greeted:
        return "greeted";
    case SessionState::Registering:
        return "registering";
    case SessionState::Removed:
        return "removed";
    case SessionState::Pending:
        return "pending";
    case SessionState::Ready:
        return "ready";
    case SessionState::Closing:
        return "closing";
    }
    return "";
}

Outcome<protocol::Done> notFoundUnless(bool found)
{
    if (!found)
        return Failure{refusal(protocol::ErrorCode::NotFound)};
    return protocol::Done{};
}

} // namespace

Sessions Operations::sessions(std::size_t most) const
{
    Sessions result;
    m_server.visitSessions([&](const std::shared_ptr<Session>& session) {
        if (++result.total > most)
            return;
        const auto& identity = session->identity;
        result.some.push_back({identity.user, identity.device, identity.username,
                               nameOf(session->state), session->openedMs,
                               session->connection() ? session->connection()->queuedBytes() : 0,
                               session->outstanding});
    });
    return result;
}

void Operations::setDraining(std::optional<std::uint64_t> retryAfterMs)
{
    m_server.setDraining(retryAfterMs);
}

void Operations::setDisabled(const UserId& user, bool disabled, Done done)
{
    write(
        m_server.services(),
        [user, disabled](Store& store, Deliveries& out) {
            store.accounts().setDisabled(user, disabled);
            if (disabled)
                out.push_back(AccountClosingDelivery{user, protocol::ErrorCode::AccountDisabled});
            return notFoundUnless(store.accounts().username(user).has_value());
        },
        std::move(done));
}

void Operations::setResetCode(const UserId& user, const ResetCode& code, Done done)
{
    write(
        m_server.services(),
        [user, code](Store& store) {
            store.accounts().setResetCode(user, code);
            return notFoundUnless(store.accounts().username(user).has_value());
        },
        std::move(done));
}

void Operations::deleteAccount(const UserId& user, Done done)
{
    auto& services = m_server.services();
    write(
        services,
        [entry = deletionEntry(services, user), retryMs = retryMs(services.settings)](
            Store& store, Deliveries& out) { return storeDeletion(store, entry, retryMs, out); },
        std::move(done));
}

void Operations::makeInvite(const NewInvite& invite, Done done)
{
    write(
        m_server.services(),
        [invite](Store& store) -> Outcome<protocol::Done> {
            store.invites().insert(invite);
            return protocol::Done{};
        },
        std::move(done));
}

void Operations::revokeInvite(const InviteHash& hash, Done done)
{
    write(
        m_server.services(),
        [hash](Store& store) { return notFoundUnless(store.invites().revoke(hash)); },
        std::move(done));
}

} // namespace impulse::server
