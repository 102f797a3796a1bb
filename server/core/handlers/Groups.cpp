#include "server/core/handlers/Handlers.h"

namespace impulse::server {
namespace {

using crypto::CryptoError;
using protocol::ContactState;
using protocol::ErrorCode;

/// Of members who are no admins, in one group (encryption.md section 14).
constexpr std::uint64_t statesPerDay = 10;
constexpr std::uint64_t dayMs = 24 * 3'600'000;
/// Room in a frame for everything but the states themselves.
constexpr std::size_t frameReserve = 64 << 10;

/// The lists that this server published: it checked them then.
class PublishedLists final : public crypto::DeviceListHistory {
public:
    explicit PublishedLists(const Store& store) : m_store(store) {}

    std::uint64_t position() const override { return m_store.directory().lastSeq(); }
    std::optional<Entry> latestAt(const UserId& user, std::uint64_t seq) const override
    {
        const auto logged = m_store.directory().latestAt(user, seq);
        auto list = logged ? crypto::parseDeviceList(logged->list)
                           : crypto::Result<crypto::DeviceList>(Failure{CryptoError::StaleList});
        if (!list)
            return std::nullopt;
        return Entry{std::move(*list), logged->listHash};
    }

private:
    const Store& m_store;
};

protocol::Error refusalOf(CryptoError error)
{
    switch (error) {
    case CryptoError::StaleList:
        return refusal(ErrorCode::DirectoryConflict);
    case CryptoError::NotAuthorized:
    case CryptoError::UntrustedIdentity:
        return refusal(ErrorCode::Forbidden);
    default:
        return refusal(ErrorCode::InvalidGroupState);
    }
}

/// The state before this one, if it is the next. Nothing for the first of a new group.
Outcome<std::optional<crypto::VerifiedGroupState>> findPrevious(const Store& store,
                                                                const crypto::GroupState& next)
{
    const auto roster = store.groups().roster(next.group);
    if (!roster) {
        // Also a group that was closed.
        if (next.epoch > 0 || store.conversations().find(next.group))
            return Failure{refusal(ErrorCode::NotFound)};
        return std::optional<crypto::VerifiedGroupState>();
    }
    if (next.epoch != roster->epoch + 1)
        return Failure{refusal(ErrorCode::StaleEpoch, roster->epoch)};
    const auto stored = store.groups().state(next.group, roster->epoch);
    auto previous = crypto::restoreGroupState(stored ? View(stored->state) : View());
    if (!previous)
        return Failure{refusal(ErrorCode::Internal)};
    return std::optional(std::move(*previous));
}

/// encryption.md 5.1, and that the sealed name and picture are there.
Outcome<protocol::Done> checkChange(const Store& store, const NewGroupState& state,
                                    const crypto::VerifiedGroupState* previous)
{
    const PublishedLists lists(store);
    const auto verified = previous ? crypto::verifyTransition(*previous, state.state, lists)
                                   : crypto::verifyGenesis(state.state, lists);
    if (!verified)
        return Failure{refusalOf(verified.error())};
    const auto& metaHash = state.fields.metaHash;
    const bool sameMeta = previous && previous->fields().metaHash == metaHash;
    if (state.meta ? crypto::groupMetaHash(*state.meta) != metaHash : !sameMeta)
        return Failure{refusal(ErrorCode::InvalidGroupState)};
    return protocol::Done{};
}

/// Who is new has an account, and takes things from the author.
Outcome<protocol::Done> checkAdded(const Store& store, const crypto::GroupState& next,
                                   const crypto::GroupState* previous)
{
    for (const auto& member : next.members) {
        if ((previous && previous->find(member.user)) || member.user == next.authorUser)
            continue;
        if (!store.accounts().username(member.user))
            return Failure{refusal(ErrorCode::NotFound)};
        if (store.contacts().state(member.user, next.authorUser) == ContactState::Blocked)
            return Failure{refusal(ErrorCode::Blocked)};
    }
    return protocol::Done{};
}

/// encryption.md section 14: nobody may keep others from changing the group.
Outcome<protocol::Done> checkPace(const Store& store, const NewGroupState& state,
                                  const crypto::GroupState& previous)
{
    const auto& next = state.fields;
    const auto& author = next.authorUser;
    if (crypto::isRefresh(previous, next)) {
        const auto list = store.directory().latestAt(author, next.directorySeq);
        if (!list || list->seq <= store.groups().lastDirectorySeq(next.group, author))
            return Failure{refusal(ErrorCode::Forbidden)};
    }
    const auto since = state.serverMs < dayMs ? 0 : state.serverMs - dayMs;
    if (!previous.isAdmin(author) &&
        store.groups().countStatesSince(next.group, author, since) >= statesPerDay)
        return Failure{rateLimited(dayMs)};
    return protocol::Done{};
}

std::optional<std::uint64_t> takeAmount(RateLimiter& limiter, const NewGroupState& state)
{
    const auto key = limitKey({state.fields.authorUser});
    if (state.fields.epoch == 0) {
        if (const auto wait = limiter.take(Limit::NewGroups, key))
            return wait;
    }
    const auto bytes = state.state.size() + (state.meta ? state.meta->size() : 0);
    return limiter.take(Limit::StoredBytes, key, bytes);
}

/// To everybody who is in it now, and to who has just left.
void announceState(const Store& store, const NewGroupState& state, std::uint64_t seq,
                   const GroupRoster* before, Deliveries& out)
{
    const auto& group = state.fields.group;
    const auto after = store.groups().roster(group);
    if (!after)
        return;
    auto readers = after->readers;
    if (before) {
        auto all = std::make_shared<Readers>();
        std::ranges::set_union(*before->readers, *after->readers, std::back_inserter(*all));
        readers = std::move(all);
    }
    protocol::LogEvent event{seq, state.serverMs, {}, {}, {}};
    event.state = state.state;
    out.push_back(GroupDelivery{group, std::move(readers),
                                protocol::encodePush(protocol::EventPush{std::move(event)}),
                                state.fields.authorDevice, GroupDelivery::WhenSlow::Note});
}

/// The order of the checks is that of PROTOCOL.md, "Groups".
Outcome<protocol::GroupStateAccepted> storeState(Store& store, RateLimiter& limiter,
                                                 const NewGroupState& state, Deliveries& out)
{
    const auto& next = state.fields;
    const auto taken = store.groups().state(next.group, next.epoch);
    if (taken && taken->hash == state.hash)
        return protocol::GroupStateAccepted{taken->seq, taken->serverMs};
    IMPULSE_TRY(const auto previous, findPrevious(store, next));
    const auto* fields = previous ? &previous->fields() : nullptr;
    IMPULSE_CHECK(checkChange(store, state, previous ? &*previous : nullptr));
    IMPULSE_CHECK(checkAdded(store, next, fields));
    if (fields)
        IMPULSE_CHECK(checkPace(store, state, *fields));
    if (const auto wait = takeAmount(limiter, state))
        return Failure{rateLimited(*wait)};
    const auto before = store.groups().roster(next.group);
    const auto seq = store.groups().putState(state);
    announceState(store, state, seq, before.get(), out);
    return protocol::GroupStateAccepted{seq, state.serverMs};
}

Outcome<protocol::Done> closeGroup(Store& store, const Identity& asker, const ConversationId& group,
                                   Deliveries& out)
{
    const auto roster = store.groups().roster(group);
    if (!roster || !roster->find(asker.user))
        return Failure{refusal(ErrorCode::NotFound)};
    if (roster->members.size() > 1)
        return Failure{refusal(ErrorCode::Forbidden)};
    store.groups().close(group);
    out.push_back(GroupDelivery{group, roster->readers,
                                protocol::encodePush(protocol::GroupClosedPush{group}),
                                asker.device, GroupDelivery::WhenSlow::Send});
    return protocol::Done{};
}

} // namespace

void handle(Context& context, protocol::PutGroupState request, Reply<protocol::PutGroupState> reply)
{
    auto& services = context.services;
    auto fields = crypto::parseGroupState(request.state);
    if (!fields)
        return reply.refuse(ErrorCode::Malformed);
    const auto& identity = context.identity();
    if (fields->authorUser != identity.user || fields->authorDevice != identity.device)
        return reply.refuse(ErrorCode::Forbidden);
    const auto hash = crypto::groupStateHash(request.state);
    const auto state = std::make_shared<const NewGroupState>(
        NewGroupState{std::move(*fields), hash, std::move(request.state), std::move(request.meta),
                      services.clock.nowMs()});
    write(
        services,
        [state, &limiter = services.limiter](Store& store, Deliveries& out) {
            return storeState(store, limiter, *state, out);
        },
        [reply = std::move(reply)](const Outcome<protocol::GroupStateAccepted>& done) mutable {
            reply.finish(done);
        });
}

void handle(Context& context, protocol::GetGroupStates request,
            Reply<protocol::GetGroupStates> reply)
{
    const auto& services = context.services;
    const auto& groups = services.store.groups();
    const auto view = groups.viewOf(context.identity().user, request.conversationId);
    if (!view)
        return reply.refuse(ErrorCode::NotFound);
    protocol::GroupStates result;
    result.states = groups.states(request.conversationId, request.from, view->epoch,
                                  protocol::groupStatesPerFetch,
                                  services.settings.limits.frameBytes - frameReserve);
    result.epoch = view->epoch;
    reply.answer(result);
}

void handle(Context& context, protocol::GetGroupMeta request, Reply<protocol::GetGroupMeta> reply)
{
    const auto& groups = context.services.store.groups();
    const auto view = groups.viewOf(context.identity().user, request.conversationId);
    auto meta = view && view->isMember ? groups.meta(request.conversationId) : std::nullopt;
    if (!meta)
        return reply.refuse(ErrorCode::NotFound);
    reply.answer({view->epoch, std::move(*meta)});
}

void handle(Context& context, protocol::CloseGroup request, Reply<protocol::CloseGroup> reply)
{
    write(
        context.services,
        [asker = context.identity(), group = request.conversationId](
            Store& store, Deliveries& out) { return closeGroup(store, asker, group, out); },
        [reply = std::move(reply)](const Outcome<protocol::Done>& done) mutable {
            reply.finish(done);
        });
}

} // namespace impulse::server
