#include "server/core/Operations.h"

#include "server/core/AccountDeletion.h"
#include "server/core/ChatServer.h"
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

std::vector<SessionInfo> Operations::sessions() const
{
    std::vector<SessionInfo> result;
    m_server.visitSessions([&](const std::shared_ptr<Session>& session) {
        const auto& identity = session->identity;
        result.push_back({identity.user, identity.device, identity.username, nameOf(session->state),
                          session->openedMs,
                          session->connection() ? session->connection()->queuedBytes() : 0,
                          session->outstanding});
    });
    return result;
}

void Operations::closeAll(std::uint64_t retryAfterMs)
{
    m_server.visitSessions([&](const std::shared_ptr<Session>& session) {
        session->close(protocol::ErrorCode::Unavailable, retryAfterMs, CloseCode::GoingAway);
    });
}

void Operations::closeUser(const UserId& user, protocol::ErrorCode reason)
{
    m_server.visitSessions([&](const std::shared_ptr<Session>& session) {
        if (session->identity.user == user)
            session->close(reason, 0, CloseCode::Policy);
    });
}

void Operations::setDisabled(const UserId& user, bool disabled, Done done)
{
    write(
        m_server.services(),
        [user, disabled](Store& store) {
            store.accounts().setDisabled(user, disabled);
            return notFoundUnless(store.accounts().username(user).has_value());
        },
        [this, user, disabled, done = std::move(done)](const Outcome<protocol::Done>& outcome) {
            if (outcome && disabled)
                closeUser(user, protocol::ErrorCode::AccountDisabled);
            done(outcome);
        });
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
        [entry = deletionEntry(services, user)](Store& store) {
            return storeDeletion(store, entry);
        },
        [&services, user, done = std::move(done)](const Outcome<Deletion>& deletion) {
            if (!deletion)
                return done(Failure{deletion.error()});
            announceDeletion(services, user, *deletion);
            done(protocol::Done{});
        });
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
