#include "server/core/handlers/EventChecks.h"

#include <set>

namespace impulse::server {
namespace {

using protocol::ContactState;
using protocol::ErrorCode;

/// Room in a frame for everything but the entries themselves.
constexpr std::size_t frameReserve = 64 << 10;

Outcome<protocol::Done> checkAddressees(const Store& store, const Envelope& envelope)
{
    const auto& sender = envelope.sender;
    if (envelope.peer.isZero()) {
        const auto& groups = store.groups();
        const auto view = groups.viewOf(sender.user, envelope.conversation);
        if (!view || !view->isMember)
            return Failure{refusal(ErrorCode::NotFound)};
        if (!groups.isReader(envelope.conversation, sender.device))
            return Failure{refusal(ErrorCode::DeviceRemoved)};
        std::set<DeviceId> seen{sender.device};
        for (const auto& wrap : envelope.wraps) {
            if (!seen.insert(wrap.deviceId).second ||
                !groups.isReader(envelope.conversation, wrap.deviceId))
                return Failure{refusal(ErrorCode::WrongDevices)};
        }
        return protocol::Done{};
    }
    IMPULSE_CHECK(checkPeer(store, sender.user, envelope.peer));
    IMPULSE_TRY(const auto devices, readingDevices(store, sender, envelope.peer));
    if (!areSomeOf(envelope.wraps, devices))
        return Failure{refusal(ErrorCode::WrongDevices)};
    return protocol::Done{};
}

} // namespace

void handle(Context& context, protocol::SendControl request, Reply<protocol::SendControl> reply)
{
    auto& services = context.services;
    const auto& identity = context.identity();
    const auto aad = checkAad(identity, request.aad);
    if (!aad)
        return reply.refuse(aad.error());
    // A rewrap has the AAD of the event that it opens, and no body: that lies in the log.
    const bool rewrap = aad->kind != crypto::EventKind::Control && request.body.empty();
    const bool control = aad->kind == crypto::EventKind::Control && !request.body.empty();
    if (!(rewrap || control) || aad->isTransient() || request.wraps.empty())
        return reply.refuse(ErrorCode::Malformed);
    const auto envelope = std::make_shared<const Envelope>(
        Envelope{identity,
                 aad->peerUser,
                 aad->conversation,
                 {services.clock.nowMs(), std::move(request.aad), std::move(request.body), {}},
                 std::move(request.wraps)});
    // Before it is counted: invented devices would fill the limiter until it forgets the real ones.
    if (const auto addressees = checkAddressees(services.store, *envelope); !addressees)
        return reply.refuse(addressees.error());
    if (const auto wait = takeControls(services.limiter, *envelope))
        return reply.refuse(rateLimited(*wait));
    write(
        services,
        [envelope, bounds = services.settings.mailbox](
            Store& store, Deliveries& out) -> Outcome<protocol::Done> {
            IMPULSE_CHECK(checkAddressees(store, *envelope));
            storeControl(store, *envelope, bounds, out);
            return protocol::Done{};
        },
        [serverMs = envelope->entry.serverMs,
         reply = std::move(reply)](const Outcome<protocol::Done>& done) mutable {
            if (!done)
                return reply.refuse(done.error());
            reply.answer({serverMs});
        });
}

void handle(Context& context, protocol::SendTransient request, Reply<protocol::SendTransient> reply)
{
    auto& services = context.services;
    const auto& store = services.store;
    const auto& identity = context.identity();
    const auto aad = checkAad(identity, request.aad);
    if (!aad)
        return reply.refuse(aad.error());
    if (!aad->isTransient() || request.body.empty())
        return reply.refuse(ErrorCode::Malformed);
    if (const auto wait = services.limiter.take(Limit::Transients, limitKey({identity.device})))
        return reply.refuse(rateLimited(*wait));
    if (aad->kind == crypto::EventKind::Group)
        return sendTransientToGroup(context, *aad, std::move(request), std::move(reply));
    if (request.sig || aad->peerUser.isZero())
        return reply.refuse(ErrorCode::Malformed);
    const auto& peer = aad->peerUser;
    if (const auto allowed = checkPeer(store, identity.user, peer); !allowed)
        return reply.refuse(allowed.error());
    // Strangers do not type at each other: that would show who is online.
    const bool relayed = peer == identity.user ||
                         store.contacts().state(peer, identity.user) == ContactState::Accepted;
    protocol::TransientPush push{
        services.clock.nowMs(), std::move(request.aad), std::move(request.body), {}};
    std::set<DeviceId> reached{identity.device};
    Deliveries deliveries;
    for (auto& wrap : request.wraps) {
        push.wrap = std::move(wrap.message);
        if (relayed && reached.insert(wrap.deviceId).second)
            deliveries.push_back(TransientDelivery{peer, wrap.deviceId, push});
    }
    services.bus.publish(std::move(deliveries));
    reply.answer({});
}

void handle(Context& context, protocol::FetchMailbox request, Reply<protocol::FetchMailbox> reply)
{
    const auto& limits = context.services.settings.limits;
    if (request.limit == 0)
        return reply.refuse(ErrorCode::Malformed);
    reply.answer(context.services.store.mailboxes().page(
        context.identity().device, request.after, std::min(request.limit, limits.mailboxPerFetch),
        limits.frameBytes - frameReserve));
}

void handle(Context& context, protocol::AckMailbox request, Reply<protocol::AckMailbox> reply)
{
    write(
        context.services,
        [device = context.identity().device,
         upTo = request.upTo](Store& store) -> Outcome<protocol::Done> {
            store.mailboxes().acknowledge(device, upTo);
            return protocol::Done{};
        },
        [reply = std::move(reply)](const Outcome<protocol::Done>& done) mutable {
            reply.finish(done);
        });
}

} // namespace impulse::server
