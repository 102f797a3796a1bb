#include "server/core/Recovery.h"
#include "server/core/handlers/EventChecks.h"

#include <set>

namespace impulse::server {
namespace {

using protocol::ErrorCode;

/// No typing in larger groups (encryption.md 6.2).
constexpr std::size_t membersWithTyping = 32;

/// A durable event of a group whose form was checked.
struct GroupSending {
    Identity sender;
    std::shared_ptr<const NewEvent> event;
    /// As its AAD names it.
    crypto::Aad::Group state;
    std::uint64_t roster = 0;
    std::vector<std::uint64_t> erase;
    std::vector<Envelope> controls;
    MailboxBounds mailbox;
    /// If what it was sealed for is not known yet.
    std::uint64_t retryMs = 0;
    /// Set if the sender has stored too much of late: how long he has to wait.
    std::optional<std::uint64_t> waitMs;
};

Outcome<Envelope> checkControl(const Context& context, const ConversationId& group,
                               protocol::ControlEnvelope& control)
{
    IMPULSE_TRY(const auto aad, checkAad(context.identity(), control.aad));
    if (aad.kind != crypto::EventKind::Control || aad.isTransient() || !aad.peerUser.isZero() ||
        aad.conversation != group || control.body.empty() || control.wraps.empty())
        return Failure{refusal(ErrorCode::Malformed)};
    return Envelope{
        context.identity(),
        {},
        group,
        {context.services.clock.nowMs(), std::move(control.aad), std::move(control.body), {}},
        std::move(control.wraps)};
}

Outcome<GroupSending> checkSending(const Context& context, const crypto::Aad& aad,
                                   protocol::SendEvent& request)
{
    if (aad.isTransient() || request.body.empty() || !request.sig || !request.wraps.empty() ||
        !request.unwrapped.empty())
        return Failure{refusal(ErrorCode::Malformed)};
    GroupSending result;
    result.sender = context.identity();
    result.state = *aad.group;
    result.mailbox = context.services.settings.mailbox;
    result.retryMs = retryMs(context.services.settings);
    if (request.controls) {
        for (auto& control : *request.controls) {
            IMPULSE_TRY(auto envelope, checkControl(context, aad.conversation, control));
            result.controls.push_back(std::move(envelope));
        }
    }
    result.event = std::make_shared<const NewEvent>(NewEvent{aad.conversation,
                                                             aad.senderDevice,
                                                             aad.seq,
                                                             aad.message,
                                                             context.services.clock.nowMs(),
                                                             std::move(request.aad),
                                                             std::move(request.body),
                                                             {},
                                                             request.expiresHour,
                                                             request.sig});
    result.roster = request.roster;
    result.erase = std::move(request.erase);
    return result;
}

/// The group, if this member's device may act under the state that it names.
Outcome<std::shared_ptr<const GroupRoster>> checkState(const Store& store, const Identity& sender,
                                                       const ConversationId& group,
                                                       const crypto::Aad::Group& state)
{
    auto roster = store.groups().roster(group);
    if (!roster || !roster->find(sender.user))
        return Failure{refusal(ErrorCode::NotFound)};
    if (state.epoch != roster->epoch || state.stateHash != roster->stateHash)
        return Failure{refusal(ErrorCode::StaleEpoch, roster->epoch)};
    if (!roster->isReader(sender.device))
        return Failure{refusal(ErrorCode::DeviceRemoved)};
    return roster;
}

bool isAdmin(const GroupRoster& roster, const UserId& user)
{
    return roster.find(user)->role == crypto::GroupRole::Admin;
}

Outcome<protocol::Done> checkControls(const GroupSending& sending, const GroupRoster& roster)
{
    for (const auto& control : sending.controls) {
        std::set<DeviceId> seen{sending.sender.device};
        for (const auto& wrap : control.wraps) {
            if (!seen.insert(wrap.deviceId).second || !roster.isReader(wrap.deviceId))
                return Failure{refusal(ErrorCode::WrongDevices)};
        }
    }
    return protocol::Done{};
}

Outcome<protocol::Done> checkErasures(const Store& store, const GroupSending& sending, bool admin)
{
    for (const auto seq : sending.erase) {
        const auto author = store.conversations().author(sending.event->conversation, seq);
        if (!author || (!admin && *author != sending.sender.user))
            return Failure{refusal(ErrorCode::Forbidden)};
    }
    return protocol::Done{};
}

GroupDelivery deliveryOf(const GroupRoster& roster, std::uint64_t seq, const NewEvent& event)
{
    return {event.conversation,
            roster.readers,
            protocol::encodePush(protocol::EventPush{
                {seq, event.serverMs, event.aad, event.body, std::nullopt, event.sig}}),
            event.device,
            GroupDelivery::WhenSlow::Note,
            true};
}

/// State and roster. After a restore what is not known may be known soon.
Outcome<std::shared_ptr<const GroupRoster>> checkRoster(const Store& store,
                                                        const GroupSending& sending)
{
    auto roster = checkState(store, sending.sender, sending.event->conversation, sending.state);
    if (roster && sending.roster != (*roster)->version)
        roster = Failure{refusal(ErrorCode::StaleRoster, (*roster)->version)};
    if (!roster && store.handIns().status().isClosed())
        return Failure{retryAfter(sending.retryMs)};
    return roster;
}

/// The order of the checks is that of PROTOCOL.md, "Groups".
Outcome<Sent> storeEvent(Store& store, RateLimiter& limiter, const GroupSending& sending,
                         Deliveries& out)
{
    const auto& event = *sending.event;
    // What was taken before is answered as it was then, and nothing else happens.
    IMPULSE_TRY(const auto again, checkNumber(store, event));
    if (again)
        return *again;
    IMPULSE_TRY(const auto roster, checkRoster(store, sending));
    const bool admin = isAdmin(*roster, sending.sender.user);
    if (!admin && (roster->policy & crypto::GroupState::onlyAdminsSend))
        return Failure{refusal(ErrorCode::Forbidden)};
    IMPULSE_CHECK(checkControls(sending, *roster));
    IMPULSE_CHECK(checkErasures(store, sending, admin));
    if (sending.waitMs)
        return Failure{rateLimited(*sending.waitMs)};
    for (const auto& control : sending.controls) {
        if (const auto wait = takeControls(limiter, control))
            return Failure{rateLimited(*wait)};
    }
    for (const auto& control : sending.controls)
        storeControl(store, control, sending.mailbox, out);
    for (const auto erased : sending.erase)
        store.conversations().erase(event.conversation, erased);
    // Last: the store may write it together with other jobs' events.
    const auto seq = store.conversations().append(sending.event);
    out.push_back(deliveryOf(*roster, seq, event));
    if (!sending.erase.empty()) {
        const auto conversation = store.conversations().find(event.conversation);
        if (conversation)
            announceErased(store, *conversation, sending.erase, out);
    }
    return Sent{seq, event.serverMs, true};
}

} // namespace

void sendToGroup(Context& context, const crypto::Aad& aad, protocol::SendEvent request,
                 Reply<protocol::SendEvent> reply)
{
    auto& services = context.services;
    auto checked = checkSending(context, aad, request);
    if (!checked)
        return reply.refuse(checked.error());
    // Refused only after the other checks: what was taken before is answered all the same.
    checked->waitMs = services.limiter.take(Limit::StoredBytes, limitKey({checked->sender.user}),
                                            storedBytes(*checked->event));
    const auto sending = std::make_shared<const GroupSending>(std::move(*checked));
    write(
        services,
        [sending, &limiter = services.limiter](Store& store, Deliveries& out) {
            return storeEvent(store, limiter, *sending, out);
        },
        [&services, group = aad.conversation,
         reply = std::move(reply)](const Outcome<Sent>& sent) mutable {
            if (!sent)
                return reply.refuse(sent.error());
            count(services, *sent);
            reply.answer({group, sent->seq, sent->serverMs});
        });
}

void sendTransientToGroup(Context& context, const crypto::Aad& aad, protocol::SendTransient request,
                          Reply<protocol::SendTransient> reply)
{
    auto& services = context.services;
    const auto& identity = context.identity();
    if (!request.sig || !request.wraps.empty())
        return reply.refuse(ErrorCode::Malformed);
    const auto roster = checkState(services.store, identity, aad.conversation, *aad.group);
    if (!roster)
        return reply.refuse(roster.error());
    const auto& group = **roster;
    const bool silenced =
        (group.policy & crypto::GroupState::onlyAdminsSend) && !isAdmin(group, identity.user);
    if (group.members.size() > membersWithTyping || silenced)
        return reply.refuse(ErrorCode::Forbidden);
    const protocol::TransientPush push{
        services.clock.nowMs(), std::move(request.aad), std::move(request.body), {}, request.sig};
    Deliveries deliveries;
    deliveries.push_back(GroupDelivery{aad.conversation, group.readers, protocol::encodePush(push),
                                       identity.device, GroupDelivery::WhenSlow::Drop});
    services.bus.publish(std::move(deliveries));
    reply.answer({});
}

} // namespace impulse::server
