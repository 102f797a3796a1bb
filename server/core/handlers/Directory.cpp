#include "server/core/KeyChecks.h"
#include "server/core/Recovery.h"
#include "server/core/handlers/Handlers.h"

namespace impulse::server {
namespace {

using protocol::ErrorCode;

/// Lists per account and day (encryption.md section 14): every client downloads the log.
constexpr std::uint64_t listsPerDay = 20;
constexpr std::uint64_t dayMs = 24 * 3'600'000;

/// A list with the prekeys of a device that it adds, checked as far as can be without the log.
struct Publication {
    CheckedList list;
    NewDirectoryEntry entry;
    std::optional<DeviceId> newDevice;
    std::optional<StoredPrekey> signedPrekey;
    std::vector<StoredPrekey> oneTimePrekeys;
    /// If the log must not grow now.
    std::uint64_t retryMs = 0;
};

Outcome<Publication> checkPublication(const Context& context, protocol::PublishDeviceList& request)
{
    const auto& services = context.services;
    const auto user = context.identity().user;
    Publication result;
    result.retryMs = retryMs(services.settings);
    IMPULSE_TRY(result.list, checkList(request.deviceList, user));
    result.entry = {user,
                    directoryLabel(services.keys.serverId, user),
                    result.list.hash,
                    std::move(request.deviceList),
                    result.list.deviceIds(),
                    services.clock.nowMs()};
    if (request.deviceId.has_value() != request.signedPrekey.has_value() ||
        (!request.deviceId && request.oneTimePrekeys))
        return Failure{refusal(ErrorCode::Malformed)};
    if (!request.deviceId)
        return result;
    const auto* device = result.list.find(*request.deviceId);
    if (!device)
        return Failure{refusal(ErrorCode::InvalidPrekey)};
    result.newDevice = request.deviceId;
    IMPULSE_TRY(result.signedPrekey, checkSignedPrekey(*request.signedPrekey, user, *device));
    if (request.oneTimePrekeys) {
        IMPULSE_TRY(result.oneTimePrekeys, checkOneTimePrekeys(*request.oneTimePrekeys));
    }
    return result;
}

/// Is it the next list of its account (encryption.md 1.2 and section 14)?
Outcome<protocol::Done> checkAgainstLog(const Store& store, const Publication& publication)
{
    const auto& list = publication.list;
    const auto& user = publication.entry.user;
    const auto stored = store.directory().latest(user);
    const auto latest = stored ? readList(stored->list) : std::nullopt;
    if (!latest)
        return Failure{refusal(ErrorCode::Unauthorized)};
    if (list.version != store.directory().version(user) + 1 || list.previous != stored->listHash)
        return Failure{refusal(ErrorCode::DirectoryConflict)};
    if (list.identityKey != latest->identityKey)
        return Failure{refusal(ErrorCode::Forbidden)};
    if (list.generation < latest->generation)
        return Failure{refusal(ErrorCode::InvalidDeviceList)};
    const auto now = publication.entry.serverMs;
    // A thief of the account key can use up the first share, but makes no higher generation: for a
    // lock-out the second one is left.
    const auto most = list.generation > latest->generation ? 2 * listsPerDay : listsPerDay;
    if (store.directory().countSince(user, now < dayMs ? 0 : now - dayMs) >= most)
        return Failure{rateLimited(dayMs)};
    // Only a device that nobody has met yet may bring its keys this way.
    if (publication.newDevice && latest->find(*publication.newDevice))
        return Failure{refusal(ErrorCode::InvalidPrekey)};
    return protocol::Done{};
}

Outcome<std::uint64_t> storePublication(Store& store, const Publication& publication,
                                        Deliveries& out)
{
    IMPULSE_CHECK(checkAppends(store, publication.retryMs));
    IMPULSE_CHECK(checkAgainstLog(store, publication));
    for (const auto& device : store.directory().devices(publication.entry.user)) {
        if (publication.list.find(device))
            continue;
        store.prekeys().erase(device);
        store.mailboxes().erase(device);
    }
    const auto& entry = publication.entry;
    const auto seq = store.directory().append(entry);
    out.push_back(DirectoryDelivery{{seq, entry.label, entry.listHash}});
    out.push_back(ClosingDelivery{entry.user, entry.devices, ErrorCode::DeviceRemoved});
    if (!publication.newDevice)
        return seq;
    const auto& device = *publication.newDevice;
    const auto highest = store.prekeys().highestOneTimeId(device);
    store.prekeys().setSignedPrekey(device, *publication.signedPrekey);
    for (const auto& prekey : publication.oneTimePrekeys) {
        if (prekey.id <= highest)
            return Failure{refusal(ErrorCode::InvalidPrekey)};
        store.prekeys().addOneTime(device, prekey);
    }
    return seq;
}

} // namespace

void handle(Context& context, protocol::PublishDeviceList request,
            Reply<protocol::PublishDeviceList> reply)
{
    auto& services = context.services;
    auto checked = checkPublication(context, request);
    if (!checked)
        return reply.refuse(checked.error());
    const auto publication = std::make_shared<const Publication>(std::move(*checked));
    write(
        services,
        [publication](Store& store, Deliveries& out) {
            return storePublication(store, *publication, out);
        },
        [reply = std::move(reply)](const Outcome<std::uint64_t>& seq) mutable {
            if (!seq)
                return reply.refuse(seq.error());
            reply.answer({*seq});
        });
}

void handle(Context& context, protocol::GetDirectory request, Reply<protocol::GetDirectory> reply)
{
    const auto& directory = context.services.store.directory();
    protocol::DirectoryEntries result;
    for (const auto& entry : directory.entries(request.after, protocol::directoryEntriesPerFetch)) {
        const auto bytes = wireEntry(entry);
        const View view = bytes;
        result.entries.insert(result.entries.end(), view.begin(), view.end());
    }
    result.lastSeq = directory.lastSeq();
    reply.answer(result);
}

void handle(Context& context, protocol::GetDeviceLists request,
            Reply<protocol::GetDeviceLists> reply)
{
    const auto& session = *context.session;
    if (session.state != SessionState::Ready && request.userId != session.identity.user)
        return reply.refuse(ErrorCode::Forbidden);
    protocol::DeviceLists result;
    result.lists = context.services.store.directory().lists(request.userId, request.afterVersion,
                                                            protocol::deviceListsPerFetch + 1);
    if (result.lists.size() > protocol::deviceListsPerFetch) {
        result.lists.resize(protocol::deviceListsPerFetch);
        result.more = true;
    }
    reply.answer(result);
}

} // namespace impulse::server
