#include "server/core/Recovery.h"
#include "server/core/handlers/EventChecks.h"

#include <set>

namespace impulse::server {
namespace {

using protocol::ContactState;
using protocol::ErrorCode;

constexpr std::size_t conversationsPerRead = 1000;
/// As far as clients believe numbers (encryption.md 1.3).
constexpr std::uint64_t furthestJump = 1'000'000;
/// Room in a frame for everything but the events themselves: heads of 200 maps and of the frame.
constexpr std::size_t frameReserve = 64 << 10;

/// A durable event whose form was checked, with who sends it to whom.
struct Sending {
    Identity sender;
    UserId peer;
    NewEvent event;
    std::vector<DeviceId> unwrapped;
    std::uint64_t roster = 0;
    std::vector<std::uint64_t> erase;
    /// If what it was sealed for is not known yet.
    std::uint64_t retryMs = 0;
    /// If the peer is to come back after a restore.
    std::uint64_t awaitMs = 0;
    ServerId server;
    /// Set if the sender has stored too much of late: how long he has to wait.
    std::optional<std::uint64_t> waitMs;
};

struct Sent {
    std::uint64_t seq = 0;
    std::uint64_t serverMs = 0;
    /// It was taken before: the answer is repeated and nothing else happens.
    bool again = false;
    bool accepted = false;
    Conversation conversation;
    std::vector<DeviceId> readers;
};

Outcome<Sending> checkSending(const Context& context, protocol::SendEvent& request)
{
    IMPULSE_TRY(const auto aad, checkAad(context.identity(), request.aad));
    if (aad.kind != crypto::EventKind::Direct || aad.isTransient() || request.body.empty())
        return Failure{refusal(ErrorCode::Malformed)};
    Sending result;
    result.sender = context.identity();
    result.peer = aad.peerUser;
    result.event = {aad.conversation,
                    aad.senderDevice,
                    aad.seq,
                    aad.message,
                    context.services.clock.nowMs(),
                    std::move(request.aad),
                    std::move(request.body),
                    std::move(request.wraps),
                    request.expiresHour};
    result.unwrapped = std::move(request.unwrapped);
    result.roster = request.roster;
    result.erase = std::move(request.erase);
    result.retryMs = retryMs(context.services.settings);
    result.awaitMs = context.services.settings.handInTogetherMs;
    result.server = context.services.keys.serverId;
    return result;
}

/// What the log will keep of it.
std::uint64_t storedBytes(const NewEvent& event)
{
    std::uint64_t bytes = event.aad.size() + event.body.size();
    for (const auto& wrap : event.wraps)
        bytes += DeviceId::size() + wrap.message.size();
    return bytes;
}

/// After a restore the first event of a device may jump: what was between may be gone for ever.
bool mayJump(const Store& store, const NewEvent& event, std::uint64_t last)
{
    const auto restoredMs = store.handIns().status().restoredMs;
    if (restoredMs == 0 || event.senderSeq - last > furthestJump)
        return false;
    if (last == 0)
        return true;
    const auto sent = store.conversations().sent(event.conversation, event.device, last);
    return sent && sent->serverMs < restoredMs;
}

/// The answer that this event got before, if it did; else whether its number is the next.
Outcome<std::optional<Sent>> checkNumber(const Store& store, const NewEvent& event)
{
    const auto& conversations = store.conversations();
    const auto last = conversations.lastSenderSeq(event.conversation, event.device);
    if (event.senderSeq > last + 1 && !mayJump(store, event, last))
        return Failure{refusal(ErrorCode::OutOfOrder, last)};
    if (event.senderSeq > last)
        return std::optional<Sent>();
    const auto sent = conversations.sent(event.conversation, event.device, event.senderSeq);
    if (!sent || sent->messageId != event.messageId)
        return Failure{refusal(ErrorCode::SequenceUsed, last)};
    Sent again;
    again.seq = sent->seq;
    again.serverMs = sent->serverMs;
    again.again = true;
    return std::optional(std::move(again));
}

/// Roster, and wraps for exactly the devices that must be able to read. Gives these devices.
Outcome<std::vector<DeviceId>> checkReaders(const Store& store, const Sending& sending)
{
    const auto& self = sending.sender.user;
    auto roster = store.directory().version(self);
    if (sending.peer != self)
        roster += store.directory().version(sending.peer);
    IMPULSE_TRY(auto devices, readingDevices(store, sending.sender, sending.peer));
    if (sending.roster != roster)
        return Failure{refusal(ErrorCode::StaleRoster, roster)};
    std::set<DeviceId> named(sending.unwrapped.begin(), sending.unwrapped.end());
    for (const auto& wrap : sending.event.wraps)
        named.insert(wrap.deviceId);
    const auto count = sending.unwrapped.size() + sending.event.wraps.size();
    if (count != named.size() || named != std::set<DeviceId>(devices.begin(), devices.end()))
        return Failure{refusal(ErrorCode::WrongDevices)};
    return devices;
}

/// The log has this person since a restore, the account has not come back yet.
bool isAwaited(const Store& store, const Sending& sending)
{
    if (store.handIns().status().restoredMs == 0)
        return false;
    const auto label = directoryLabel(sending.server, sending.peer);
    const auto history = store.directory().history(label);
    return !history.empty() && !history.back().listHash.isZero() &&
           !store.directory().userOf(label);
}

/// The order of the checks is that of PROTOCOL.md, "Conversations".
Outcome<Sent> storeEvent(Store& store, const Sending& sending)
{
    const auto& event = sending.event;
    const auto& self = sending.sender.user;
    IMPULSE_TRY(auto again, checkNumber(store, event));
    if (again)
        return std::move(*again);
    if (const auto allowed = checkPeer(store, self, sending.peer); !allowed) {
        const bool isNobody = allowed.error().code == ErrorCode::NotFound;
        return Failure{isNobody && isAwaited(store, sending) ? retryAfter(sending.awaitMs)
                                                             : allowed.error()};
    }
    Sent result;
    auto readers = checkReaders(store, sending);
    // Sealed for lists that are not taken back yet.
    if (!readers && store.handIns().status().isClosed())
        return Failure{retryAfter(sending.retryMs)};
    IMPULSE_TRY(result.readers, std::move(readers));
    auto& conversations = store.conversations();
    for (const auto seq : sending.erase) {
        if (conversations.author(event.conversation, seq) != self)
            return Failure{refusal(ErrorCode::Forbidden)};
    }
    if (sending.waitMs)
        return Failure{rateLimited(*sending.waitMs)};
    const auto [first, second] = std::minmax(self, sending.peer);
    result.conversation = {event.conversation, first, second, 1, 0};
    if (!conversations.find(event.conversation))
        conversations.create(result.conversation);
    result.seq = conversations.append(event);
    result.serverMs = event.serverMs;
    for (const auto seq : sending.erase)
        conversations.erase(event.conversation, seq);
    // Writing to somebody accepts him.
    if (sending.peer != self && store.contacts().state(self, sending.peer) == ContactState::None) {
        store.contacts().set(self, sending.peer, ContactState::Accepted);
        result.accepted = true;
    }
    return result;
}

void announce(Services& services, const Sending& sending, const Sent& sent)
{
    auto& router = services.router;
    router.pushEvent(sent.seq, sending.event, sent.readers);
    if (!sending.erase.empty())
        router.pushErased(sent.conversation, sending.erase);
    if (!sent.accepted)
        return;
    router.announcePresenceTo(sending.peer, sending.sender.user, true);
    if (auto username = services.store.accounts().username(sending.peer)) {
        const protocol::ContactPush push{
            {sending.peer, std::move(*username), ContactState::Accepted}};
        router.pushSmall(sending.sender.user, push);
    }
}

} // namespace

void handle(Context& context, protocol::SendEvent request, Reply<protocol::SendEvent> reply)
{
    auto& services = context.services;
    auto checked = checkSending(context, request);
    if (!checked)
        return reply.refuse(checked.error());
    // Refused only after the other checks: what was taken before is answered all the same.
    checked->waitMs = services.limiter.take(Limit::StoredBytes, limitKey({checked->sender.user}),
                                            storedBytes(checked->event));
    const auto sending = std::make_shared<const Sending>(std::move(*checked));
    write(
        services, [sending](Store& store) { return storeEvent(store, *sending); },
        [&services, sending, reply = std::move(reply)](const Outcome<Sent>& sent) mutable {
            if (!sent)
                return reply.refuse(sent.error());
            reply.answer({sending->event.conversation, sent->seq, sent->serverMs});
            if (!sent->again)
                announce(services, *sending, *sent);
        });
}

void handle(Context& context, protocol::Sync request, Reply<protocol::Sync> reply)
{
    const auto& store = context.services.store;
    const auto& user = context.identity().user;
    const auto byId = &protocol::LogPosition::conversationId;
    const auto notAscending = [](const auto& a, const auto& b) {
        return a.conversationId >= b.conversationId;
    };
    if (std::ranges::adjacent_find(request.positions, notAscending) != request.positions.end())
        return reply.refuse(ErrorCode::Malformed);
    // Before the heads are read, so that nothing falls between.
    context.session->subscribed = true;
    protocol::SyncResult result;
    auto after = request.after;
    for (bool last = false; !last && !result.more;) {
        const auto page = store.conversations().ofUser(user, after, conversationsPerRead);
        last = page.size() < conversationsPerRead;
        for (const auto& conversation : page) {
            after = conversation.id;
            const auto stated =
                std::ranges::lower_bound(request.positions, conversation.id, {}, byId);
            if (stated != request.positions.end() && stated->conversationId == conversation.id &&
                stated->seq == conversation.lastSeq)
                continue;
            if (result.conversations.size() == protocol::conversationsPerSync) {
                result.more = true;
                break;
            }
            result.conversations.push_back({conversation.id, conversation.peerOf(user),
                                            conversation.firstSeq, conversation.lastSeq});
        }
    }
    result.directorySeq = store.directory().lastSeq();
    result.mailboxLast = store.mailboxes().last(context.identity().device);
    result.serverMs = context.services.clock.nowMs();
    reply.answer(result);
}

void handle(Context& context, protocol::FetchEvents request, Reply<protocol::FetchEvents> reply)
{
    const auto& services = context.services;
    const auto& limits = services.settings.limits;
    if (request.limit == 0)
        return reply.refuse(ErrorCode::Malformed);
    const auto& conversations = services.store.conversations();
    const auto conversation = conversations.find(request.conversationId);
    if (!conversation || !conversation->has(context.identity().user))
        return reply.refuse(ErrorCode::NotFound);
    protocol::EventPage page;
    page.events = conversations.events(request.conversationId, request.after,
                                       std::min(request.limit, limits.eventsPerFetch),
                                       limits.frameBytes - frameReserve, context.identity().device);
    page.firstSeq = conversation->firstSeq;
    page.lastSeq = conversation->lastSeq;
    reply.answer(page);
}

} // namespace impulse::server
