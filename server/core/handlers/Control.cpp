#include "server/core/handlers/EventChecks.h"

#include <set>

namespace impulse::server {
namespace {

using protocol::ContactState;
using protocol::ErrorCode;

/// Room in a frame for everything but the entries themselves.
constexpr std::size_t frameReserve = 64 << 10;

struct Envelope {
    Identity sender;
    UserId peer;
    NewMailboxEntry entry;
    std::vector<protocol::Wrap> wraps;
};

Outcome<protocol::Done> checkAddressees(const Store& store, const Envelope& envelope)
{
    IMPULSE_CHECK(checkPeer(store, envelope.sender.user, envelope.peer));
    IMPULSE_TRY(const auto devices, readingDevices(store, envelope.sender, envelope.peer));
    if (!areSomeOf(envelope.wraps, devices))
        return Failure{refusal(ErrorCode::WrongDevices)};
    return protocol::Done{};
}

Outcome<protocol::Done> storeControl(Store& store, const Envelope& envelope,
                                     std::size_t mailboxEntries, Deliveries& out)
{
    IMPULSE_CHECK(checkAddressees(store, envelope));
    auto entry = envelope.entry;
    for (const auto& wrap : envelope.wraps) {
        entry.wrap = wrap.message;
        const auto number = store.mailboxes().append(wrap.deviceId, entry, mailboxEntries);
        out.push_back(MailboxDelivery{wrap.deviceId,
                                      {number, entry.serverMs, entry.aad, entry.body, entry.wrap}});
    }
    return protocol::Done{};
}

/// At most 600 per sending device, target device and hour: all of them or none.
std::optional<std::uint64_t> takeControls(RateLimiter& limiter, const Envelope& envelope)
{
    const auto& sender = envelope.sender;
    for (const auto& wrap : envelope.wraps) {
        const auto key = limitKey({sender.device, wrap.deviceId});
        if (const auto wait = limiter.waitMs(Limit::Controls, key))
            return wait;
    }
    // Each mailbox keeps a copy.
    const auto size = envelope.entry.aad.size() + envelope.entry.body.size();
    std::uint64_t bytes = 0;
    for (const auto& wrap : envelope.wraps)
        bytes += size + wrap.message.size();
    if (const auto wait = limiter.take(Limit::StoredBytes, limitKey({sender.user}), bytes))
        return wait;
    for (const auto& wrap : envelope.wraps)
        limiter.add(Limit::Controls, limitKey({sender.device, wrap.deviceId}));
    return std::nullopt;
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
    const bool rewrap = aad->kind == crypto::EventKind::Direct && request.body.empty();
    const bool control = aad->kind == crypto::EventKind::Control && !request.body.empty();
    if (!(rewrap || control) || aad->isTransient() || request.wraps.empty())
        return reply.refuse(ErrorCode::Malformed);
    const auto envelope = std::make_shared<const Envelope>(
        Envelope{identity,
                 aad->peerUser,
                 {services.clock.nowMs(), std::move(request.aad), std::move(request.body), {}},
                 std::move(request.wraps)});
    // Before it is counted: invented devices would fill the limiter until it forgets the real ones.
    if (const auto addressees = checkAddressees(services.store, *envelope); !addressees)
        return reply.refuse(addressees.error());
    if (const auto wait = takeControls(services.limiter, *envelope))
        return reply.refuse(rateLimited(*wait));
    write(
        services,
        [envelope, most = services.settings.mailboxEntries](Store& store, Deliveries& out) {
            return storeControl(store, *envelope, most, out);
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
