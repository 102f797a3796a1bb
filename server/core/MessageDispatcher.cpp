#include "server/core/MessageDispatcher.h"

#include "server/core/handlers/Handlers.h"

namespace impulse::server {
namespace {

using protocol::ErrorCode;

/// States of PROTOCOL.md, "Connection states". What is not named here needs a ready connection.
template <class Request> bool isAllowed(SessionState state)
{
    using namespace protocol;
    constexpr auto oneOf = [](auto... types) {
        return (std::is_same_v<Request, typename decltype(types)::type> || ...);
    };
    using std::type_identity;
    switch (state) {
    case SessionState::New:
        return std::is_same_v<Request, Hello>;
    case SessionState::Greeted:
        return oneOf(type_identity<CheckUsername>{}, type_identity<Register>{},
                     type_identity<RegisterAgain>{}, type_identity<GetPasswordParameters>{},
                     type_identity<PasswordLogin>{}, type_identity<RecoveryLogin>{},
                     type_identity<ResetLogin>{}, type_identity<DeviceLogin>{},
                     type_identity<HandIn>{});
    case SessionState::Removed:
        return oneOf(type_identity<GetDirectory>{}, type_identity<GetDeviceLists>{});
    case SessionState::Pending:
        return oneOf(type_identity<DeviceLogin>{}, type_identity<GetRootSlot>{},
                     type_identity<ChangePassword>{}, type_identity<GetDirectory>{},
                     type_identity<GetDeviceLists>{}, type_identity<PublishDeviceList>{});
    case SessionState::Ready:
        return !oneOf(type_identity<Hello>{}, type_identity<CheckUsername>{},
                      type_identity<Register>{}, type_identity<RegisterAgain>{},
                      type_identity<PasswordLogin>{}, type_identity<RecoveryLogin>{},
                      type_identity<ResetLogin>{}, type_identity<DeviceLogin>{},
                      type_identity<GetRootSlot>{});
    case SessionState::Registering:
    case SessionState::Closing:
        return false;
    }
    return false;
}

std::size_t wrapsOf(const std::optional<std::vector<protocol::ControlEnvelope>>& controls)
{
    std::size_t wraps = 0;
    if (controls) {
        for (const auto& control : *controls)
            wraps += control.wraps.size();
    }
    return wraps;
}

/// What a request costs of its sender's share: about the rows that it reads or writes.
template <class Request> std::uint64_t costOf(const Request& request)
{
    using namespace protocol;
    if constexpr (std::is_same_v<Request, GetUsers> || std::is_same_v<Request, GetPresence>)
        return 1 + request.userIds.size();
    else if constexpr (std::is_same_v<Request, SendControl>)
        return 1 + request.wraps.size();
    else if constexpr (std::is_same_v<Request, SendEvent>)
        return 1 + wrapsOf(request.controls);
    else if constexpr (std::is_same_v<Request, UploadPrekeys>)
        return 1 + request.oneTimePrekeys.size();
    else if constexpr (std::is_same_v<Request, GetDirectory> || std::is_same_v<Request, Sync> ||
                       std::is_same_v<Request, GetContacts> ||
                       std::is_same_v<Request, GetDeviceLists>)
        return 50;
    else if constexpr (std::is_same_v<Request, Register> ||
                       std::is_same_v<Request, RegisterAgain> || std::is_same_v<Request, HandIn> ||
                       std::is_same_v<Request, PublishDeviceList> ||
                       std::is_same_v<Request, PutGroupState>)
        return 100;
    else if constexpr (std::is_same_v<Request, FetchEvents> ||
                       std::is_same_v<Request, GetGroupStates> ||
                       std::is_same_v<Request, FetchMailbox>)
        return 5;
    else
        return 1;
}

/// Soon enough: what is waited for is a commit.
constexpr std::uint64_t retryWhenBusyMs = 100;
/// A frame that nothing can be done with.
constexpr std::uint64_t refusedFrameCost = 10;
/// A client that waits as it was told sends a few more at most: those under way.
constexpr std::uint64_t ignoredRefusals = 1000;

} // namespace

void MessageDispatcher::dispatch(const std::shared_ptr<Session>& session, View frame)
{
    if (session->state == SessionState::Closing)
        return;
    const auto refuse = [&](std::uint64_t id, const protocol::Error& error) {
        session->send(protocol::encodeError(id, error));
    };
    if (frame.size() > m_services.settings.limits.frameBytes) {
        refuse(0, refusal(ErrorCode::TooLarge));
        return session->drop(CloseCode::Policy, "frame too large");
    }
    auto decoded = protocol::decodeRequest(frame);
    if (!decoded) {
        const auto& bad = decoded.error();
        if (const auto wait = charge(*session, refusedFrameCost))
            return refuseInTime(*session, bad.id, *wait);
        refuse(bad.id, refusal(bad.code));
        // An answer that cannot be matched leaves the client waiting: it has to begin anew.
        if (bad.id == 0)
            session->drop(CloseCode::Protocol, "malformed frame");
        return;
    }
    const auto id = decoded->id;
    if (session->outstanding >= m_services.settings.limits.outstandingRequests)
        return refuseInTime(*session, id, retryWhenBusyMs);
    // What earlier pushes failed to read is not this request's fault.
    (void)m_services.store.takeFailure();
    const auto visit = [&](auto& request) {
        using Request = std::remove_reference_t<decltype(request)>;
        if constexpr (std::is_same_v<Request, std::monostate>)
            refuse(id, refusal(ErrorCode::Internal));
        else
            handleRequest(session, id, std::move(request));
    };
    std::visit(visit, decoded->request);
}

template <class Request>
void MessageDispatcher::handleRequest(const std::shared_ptr<Session>& session, std::uint64_t id,
                                      Request request)
{
    if (const auto wait = charge(*session, costOf(request)))
        return refuseInTime(*session, id, *wait);
    Reply<Request> reply(session, m_services.store, id);
    if (!isAllowed<Request>(session->state))
        return reply.refuse(ErrorCode::OutOfState);
    Context context{m_services, session};
    handle(context, std::move(request), std::move(reply));
}

std::optional<std::uint64_t> MessageDispatcher::charge(Session& session, std::uint64_t cost)
{
    auto& asked = session.asked;
    const auto rule = m_services.limiter.rule(Limit::Requests);
    const auto now = m_services.clock.elapsedMs();
    if (now - asked.sinceMs >= rule.windowMs)
        asked = {now, 0, asked.ignored};
    // One device leaves half of its account's share to the others.
    if (asked.cost >= std::max<std::uint64_t>(1, rule.most / 2))
        return asked.sinceMs + rule.windowMs - now;
    const auto& user = session.identity.user;
    const auto key =
        user.isZero() ? limitKey({view(session.connection()->addressKey())}) : limitKey({user});
    const auto wait = m_services.limiter.take(Limit::Requests, key, cost);
    if (!wait) {
        asked.cost += cost;
        asked.ignored = 0;
    }
    return wait;
}

void MessageDispatcher::refuseInTime(Session& session, std::uint64_t id, std::uint64_t waitMs)
{
    session.countRefusal();
    if (++session.asked.ignored > ignoredRefusals)
        return session.close(ErrorCode::RateLimited, waitMs, CloseCode::Policy);
    session.send(protocol::encodeError(id, rateLimited(waitMs)));
}

} // namespace impulse::server
