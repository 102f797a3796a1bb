#include "server/core/Recovery.h"
#include "server/core/handlers/EventChecks.h"

#include <algorithm>
#include <iterator>

namespace impulse::server {
namespace {

using protocol::ContactState;
using protocol::ErrorCode;

constexpr std::size_t conversationsPerRead = 1000;
/// Room in a frame for everything but the events themselves: heads of 200 maps and of the frame.
constexpr std::size_t frameReserve = 64 << 10;

/// A durable event whose form was checked, with who sends it to whom.
struct Sending {
    Identity sender;
    UserId peer;
    std::shared_ptr<const NewEvent> event;
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

Outcome<Sending> checkSending(const Context& context, const crypto::Aad& aad,
                              protocol::SendEvent& request)
{
    if (aad.kind != crypto::EventKind::Direct || aad.isTransient() || request.body.empty() ||
        request.sig || request.controls)
        return Failure{refusal(ErrorCode::Malformed)};
    Sending result;
    result.sender = context.identity();
    result.peer = aad.peerUser;
    result.event = std::make_shared<const NewEvent>(
        NewEvent{aad.conversation, aad.senderDevice, aad.seq, aad.message,
                 context.services.clock.nowMs(), std::move(request.aad), std::move(request.body),
                 std::move(request.wraps), request.expiresHour});
    result.unwrapped = std::move(request.unwrapped);
    result.roster = request.roster;
    result.erase = std::move(request.erase);
    result.retryMs = retryMs(context.services.settings);
    result.awaitMs = context.services.settings.handInTogetherMs;
    result.server = context.services.keys.serverId;
    return result;
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
    std::vector<DeviceId> named = sending.unwrapped;
    for (const auto& wrap : sending.event->wraps)
        named.push_back(wrap.deviceId);
    // Each exactly once.
    std::ranges::sort(named);
    std::ranges::sort(devices);
    if (named != devices)
        return Failure{refusal(ErrorCode::WrongDevices)};
    return devices;
}

/// The devices that read it, if it may be written to this person. After a restore what is not known
/// may be known soon.
Outcome<std::vector<DeviceId>> checkAudience(const Store& store, const Sending& sending)
{
    if (const auto allowed = checkPeer(store, sending.sender.user, sending.peer); !allowed) {
        const bool isNobody = allowed.error().code == ErrorCode::NotFound;
        return Failure{isNobody && isAwaited(store, sending.server, sending.peer)
                           ? retryAfter(sending.awaitMs)
                           : allowed.error()};
    }
    auto readers = checkReaders(store, sending);
    // Sealed for lists that are not taken back yet.
    if (!readers && store.handIns().status().isClosed())
        return Failure{retryAfter(sending.retryMs)};
    return readers;
}

/// Writing to somebody accepts him.
void acceptPeer(Store& store, const UserId& self, const UserId& peer, Deliveries& out)
{
    if (peer == self || store.contacts().state(self, peer) != ContactState::None)
        return;
    store.contacts().set(self, peer, ContactState::Accepted);
    announcePresenceTo(store, peer, self, true, out);
    if (auto username = store.accounts().username(peer)) {
        const protocol::ContactPush push{{peer, std::move(*username), ContactState::Accepted}};
        out.push_back(UserDelivery{self, protocol::encodePush(push)});
    }
}

/// The order of the checks is that of PROTOCOL.md, "Conversations".
Outcome<Sent> storeEvent(Store& store, const Sending& sending, Deliveries& out)
{
    const auto& event = *sending.event;
    const auto& self = sending.sender.user;
    // What was taken before is answered as it was then, and nothing else happens.
    IMPULSE_TRY(const auto again, checkNumber(store, event));
    if (again)
        return *again;
    IMPULSE_TRY(auto readers, checkAudience(store, sending));
    auto& conversations = store.conversations();
    for (const auto seq : sending.erase) {
        if (conversations.author(event.conversation, seq) != self)
            return Failure{refusal(ErrorCode::Forbidden)};
    }
    if (sending.waitMs)
        return Failure{rateLimited(*sending.waitMs)};
    const auto [first, second] = std::minmax(self, sending.peer);
    const Conversation conversation{event.conversation, first, second, 1, 0};
    if (!conversations.find(event.conversation))
        conversations.create(conversation);
    for (const auto erased : sending.erase)
        conversations.erase(event.conversation, erased);
    Deliveries acceptance;
    acceptPeer(store, self, sending.peer, acceptance);
    // Last: the store may write it together with other jobs' events.
    const auto seq = conversations.append(sending.event);
    out.push_back(EventDelivery{seq, sending.event, std::move(readers)});
    if (!sending.erase.empty())
        announceErased(store, conversation, sending.erase, out);
    std::ranges::move(acceptance, std::back_inserter(out));
    return Sent{seq, event.serverMs, true};
}

/// How far a device says it has each conversation.
class Positions {
public:
    explicit Positions(const std::vector<protocol::LogPosition>& positions) : m_positions(positions)
    {
    }
    bool has(const ConversationId& id, std::uint64_t lastSeq) const
    {
        const auto found =
            std::ranges::lower_bound(m_positions, id, {}, &protocol::LogPosition::conversationId);
        return found != m_positions.end() && found->conversationId == id && found->seq == lastSeq;
    }

private:
    const std::vector<protocol::LogPosition>& m_positions;
};

void addChats(const Store& store, const UserId& user, std::optional<ConversationId> after,
              const Positions& positions, protocol::SyncResult& result)
{
    for (bool last = false; !last;) {
        const auto page = store.conversations().ofUser(user, after, conversationsPerRead);
        last = page.size() < conversationsPerRead;
        for (const auto& chat : page) {
            after = chat.id;
            if (positions.has(chat.id, chat.lastSeq))
                continue;
            if (result.conversations.size() == protocol::conversationsPerSync) {
                result.more = true;
                return;
            }
            result.conversations.push_back(
                {chat.id, chat.peerOf(user), chat.firstSeq, chat.lastSeq});
        }
    }
}

void addGroups(const Store& store, const UserId& user, std::optional<ConversationId> after,
               const Positions& positions, protocol::SyncResult& result)
{
    for (bool last = false; !last;) {
        const auto page = store.groups().viewsOf(user, after, conversationsPerRead);
        last = page.size() < conversationsPerRead;
        for (const auto& view : page) {
            after = view.group;
            if (positions.has(view.group, view.lastSeq))
                continue;
            if (result.groups.size() == protocol::conversationsPerSync) {
                result.more = true;
                return;
            }
            result.groups.push_back({view.group, view.epoch, view.firstSeq, view.lastSeq});
        }
    }
}

/// The lowest ids of both arrays, as many as one answer holds: the next one continues above them.
void keepLowest(protocol::SyncResult& result)
{
    auto& chats = result.conversations;
    auto& groups = result.groups;
    while (chats.size() + groups.size() > protocol::conversationsPerSync) {
        result.more = true;
        if (groups.empty() ||
            (!chats.empty() && chats.back().conversationId > groups.back().conversationId))
            chats.pop_back();
        else
            groups.pop_back();
    }
}

/// What this person may read of a conversation. Nothing for everybody else.
std::optional<std::pair<std::uint64_t, std::uint64_t>>
readableRange(const Store& store, const UserId& user, const ConversationId& id)
{
    const auto conversation = store.conversations().find(id);
    if (!conversation)
        return std::nullopt;
    if (conversation->has(user))
        return std::pair(conversation->firstSeq, conversation->lastSeq);
    const auto view =
        conversation->isGroup ? store.groups().viewOf(user, id) : std::optional<GroupView>();
    if (!view)
        return std::nullopt;
    return std::pair(view->firstSeq, view->lastSeq);
}

} // namespace

void handle(Context& context, protocol::SendEvent request, Reply<protocol::SendEvent> reply)
{
    auto& services = context.services;
    const auto aad = checkAad(context.identity(), request.aad);
    if (!aad)
        return reply.refuse(aad.error());
    if (aad->kind == crypto::EventKind::Group)
        return sendToGroup(context, *aad, std::move(request), std::move(reply));
    auto checked = checkSending(context, *aad, request);
    if (!checked)
        return reply.refuse(checked.error());
    // Refused only after the other checks: what was taken before is answered all the same.
    checked->waitMs = services.limiter.take(Limit::StoredBytes, limitKey({checked->sender.user}),
                                            storedBytes(*checked->event));
    const auto sending = std::make_shared<const Sending>(std::move(*checked));
    write(
        services,
        [sending](Store& store, Deliveries& out) { return storeEvent(store, *sending, out); },
        [&services, conversation = sending->event->conversation,
         reply = std::move(reply)](const Outcome<Sent>& sent) mutable {
            if (!sent)
                return reply.refuse(sent.error());
            count(services, *sent);
            reply.answer({conversation, sent->seq, sent->serverMs});
        });
}

void handle(Context& context, protocol::Sync request, Reply<protocol::Sync> reply)
{
    const auto& store = context.services.store;
    const auto& user = context.identity().user;
    const auto notAscending = [](const auto& a, const auto& b) {
        return a.conversationId >= b.conversationId;
    };
    if (std::ranges::adjacent_find(request.positions, notAscending) != request.positions.end())
        return reply.refuse(ErrorCode::Malformed);
    // Before the heads are read, so that nothing falls between.
    context.session->subscribed = true;
    const Positions positions(request.positions);
    protocol::SyncResult result;
    addChats(store, user, request.after, positions, result);
    addGroups(store, user, request.after, positions, result);
    keepLowest(result);
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
    const auto range =
        readableRange(services.store, context.identity().user, request.conversationId);
    if (!range)
        return reply.refuse(ErrorCode::NotFound);
    protocol::EventPage page;
    page.firstSeq = range->first;
    page.lastSeq = range->second;
    page.events = services.store.conversations().events(
        request.conversationId, std::max(request.after, page.firstSeq - 1),
        std::min(request.limit, limits.eventsPerFetch), limits.frameBytes - frameReserve,
        context.identity().device);
    // Who has left a group reads up to there.
    std::erase_if(page.events,
                  [&](const protocol::LogEvent& event) { return event.seq > page.lastSeq; });
    reply.answer(page);
}

} // namespace impulse::server
