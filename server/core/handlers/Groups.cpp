#include "server/core/Recovery.h"
#include "server/core/handlers/Handlers.h"

namespace impulse::server {
namespace {

using crypto::CryptoError;
using protocol::ContactState;
using protocol::ErrorCode;

/// Of members who are no admins, in one group (encryption.md section 14).
constexpr std::uint64_t statesPerDay = 10;
constexpr std::uint64_t dayMs = 24 * 3'600'000;
/// As long as clients keep what they sent (encryption.md section 14).
constexpr std::uint64_t keptMs = 30 * dayMs;
/// Of entries of nobody in the directory log (encryption.md 8.3).
constexpr std::uint64_t mostPadding = 10'000;
/// Room in a frame for everything but the states themselves.
constexpr std::size_t frameReserve = 64 << 10;

/// A state with who brings it: its author, after a restore any member.
struct Upload {
    Identity by;
    NewGroupState state;
    /// If it cannot be judged yet.
    std::uint64_t retryMs = 0;
    /// If somebody in it is to come back after a restore.
    std::uint64_t awaitMs = 0;
    ServerId server;
};

/// A state that a restored server had before: it was allowed then.
bool isReturning(const NewGroupState& state, const RestoreStatus& status)
{
    return status.restoredMs != 0 && state.fields.createdMs < status.restoredMs &&
           state.serverMs < status.restoredMs + keptMs;
}

/// The lists that this server published: it checked them then.
class PublishedLists final : public crypto::DeviceListHistory {
public:
    PublishedLists(const Store& store, std::uint64_t position)
        : m_store(store), m_position(position)
    {
    }

    std::uint64_t position() const override { return m_position; }
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
    const std::uint64_t m_position;
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
Outcome<protocol::Done> checkChange(const PublishedLists& lists, const NewGroupState& state,
                                    const crypto::VerifiedGroupState* previous, bool returning)
{
    const auto verified = previous ? crypto::verifyTransition(*previous, state.state, lists)
                                   : crypto::verifyGenesis(state.state, lists);
    if (!verified)
        return Failure{refusalOf(verified.error())};
    const auto& metaHash = state.fields.metaHash;
    // Nobody keeps the name and picture of an earlier state.
    const bool needsNone = returning || (previous && previous->fields().metaHash == metaHash);
    if (state.meta ? crypto::groupMetaHash(*state.meta) != metaHash : !needsNone)
        return Failure{refusal(ErrorCode::InvalidGroupState)};
    return protocol::Done{};
}

/// Who is new has an account, and takes things from the author.
Outcome<protocol::Done> checkAdded(const Store& store, const Upload& upload,
                                   const crypto::GroupState* previous, bool returning)
{
    const auto& next = upload.state.fields;
    for (const auto& member : next.members) {
        if ((previous && previous->find(member.user)) || member.user == next.authorUser)
            continue;
        if (!store.accounts().username(member.user)) {
            const bool awaited = isAwaited(store, upload.server, member.user);
            return Failure{awaited ? retryAfter(upload.awaitMs) : refusal(ErrorCode::NotFound)};
        }
        if (!returning &&
            store.contacts().state(member.user, next.authorUser) == ContactState::Blocked)
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

std::optional<std::uint64_t> takeAmount(RateLimiter& limiter, const Upload& upload, bool returning)
{
    const auto& state = upload.state;
    const auto key = limitKey({upload.by.user});
    if (state.fields.epoch == 0 && !returning) {
        if (const auto wait = limiter.take(Limit::NewGroups, key))
            return wait;
    }
    const auto bytes = state.state.size() + (state.meta ? state.meta->size() : 0);
    return limiter.take(Limit::StoredBytes, key, bytes);
}

/// To everybody who is in it now, and to who has just left.
void announceState(const Store& store, const Upload& upload, std::uint64_t seq,
                   const GroupRoster* before, Deliveries& out)
{
    const auto& state = upload.state;
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
                                upload.by.device, GroupDelivery::WhenSlow::Note});
}

/// encryption.md 8.3: the log of a restored server may never again be as long as it was when a
/// state named its position. Entries of nobody make it so: how many this state needs.
Outcome<std::uint64_t> neededPadding(const Store& store, const Upload& upload)
{
    const auto& directory = store.directory();
    const auto last = directory.lastSeq();
    const auto wanted = upload.state.fields.directorySeq;
    if (wanted <= last)
        return std::uint64_t{0};
    const auto padded = directory.history(directoryLabel(upload.server, UserId())).size();
    if (wanted - last > mostPadding || padded + (wanted - last) > mostPadding)
        return Failure{refusal(ErrorCode::DirectoryConflict)};
    return wanted - last;
}

void padDirectory(Store& store, const Upload& upload, std::uint64_t entries, Deliveries& out)
{
    NewDirectoryEntry entry;
    entry.label = directoryLabel(upload.server, UserId());
    entry.serverMs = upload.state.serverMs;
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i < entries; ++i)
        last = store.directory().append(entry);
    // Whoever misses entries before the last one sees the gap.
    if (entries > 0)
        out.push_back(DirectoryDelivery{{last, entry.label, entry.listHash}});
}

bool isMember(const UserId& user, const crypto::GroupState& next,
              const crypto::GroupState* previous)
{
    return next.find(user) || (previous && previous->find(user));
}

/// Of a server that was never restored, nobody else brings a state.
bool isByAuthor(const Upload& upload)
{
    const auto& next = upload.state.fields;
    return next.authorUser == upload.by.user && next.authorDevice == upload.by.device;
}

/// The order of the checks is that of PROTOCOL.md, "Groups".
Outcome<protocol::GroupStateAccepted> storeState(Store& store, RateLimiter& limiter,
                                                 const Upload& upload, Deliveries& out)
{
    const auto& state = upload.state;
    const auto& next = state.fields;
    const auto status = store.handIns().status();
    if (!isByAuthor(upload) && status.restoredMs == 0)
        return Failure{refusal(ErrorCode::Forbidden)};
    const auto taken = store.groups().state(next.group, next.epoch);
    if (taken && taken->hash == state.hash)
        return protocol::GroupStateAccepted{taken->seq, taken->serverMs};
    IMPULSE_CHECK(checkAppends(store, upload.retryMs));
    IMPULSE_TRY(const auto previous, findPrevious(store, next));
    const auto* fields = previous ? &previous->fields() : nullptr;
    const bool returning = isReturning(state, status);
    if (!isByAuthor(upload) && !isMember(upload.by.user, next, fields))
        return Failure{refusal(ErrorCode::Forbidden)};
    IMPULSE_TRY(const auto padding, returning ? neededPadding(store, upload)
                                              : Outcome<std::uint64_t>(std::uint64_t{0}));
    const PublishedLists lists(store, store.directory().lastSeq() + padding);
    IMPULSE_CHECK(checkChange(lists, state, previous ? &*previous : nullptr, returning));
    IMPULSE_CHECK(checkAdded(store, upload, fields, returning));
    if (fields && !returning)
        IMPULSE_CHECK(checkPace(store, state, *fields));
    if (const auto wait = takeAmount(limiter, upload, returning))
        return Failure{rateLimited(*wait)};
    padDirectory(store, upload, padding, out);
    const auto before = store.groups().roster(next.group);
    const auto seq = store.groups().putState(state);
    announceState(store, upload, seq, before.get(), out);
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
    const auto hash = crypto::groupStateHash(request.state);
    const auto upload =
        std::make_shared<const Upload>(Upload{context.identity(),
                                              {std::move(*fields), hash, std::move(request.state),
                                               std::move(request.meta), services.clock.nowMs()},
                                              retryMs(services.settings),
                                              services.settings.handInTogetherMs,
                                              services.keys.serverId});
    write(
        services,
        [upload, &limiter = services.limiter](Store& store, Deliveries& out) {
            return storeState(store, limiter, *upload, out);
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
