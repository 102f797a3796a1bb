#include "server/core/KeyChecks.h"
#include "server/core/handlers/Handlers.h"

namespace impulse::server {
namespace {

using protocol::ErrorCode;

/// One-time prekeys that are kept of one device: five batches.
constexpr std::size_t maxOneTimePrekeys = 500;

bool isListed(const Store& store, const Identity& identity)
{
    const auto devices = store.directory().devices(identity.user);
    return std::ranges::find(devices, identity.device) != devices.end();
}

/// Blocked, or NotFound unless it is a current device of this user.
Outcome<protocol::Done> checkTarget(const Store& store, const UserId& asker,
                                    const protocol::GetBundle& request)
{
    if (store.contacts().state(request.userId, asker) == protocol::ContactState::Blocked)
        return Failure{refusal(ErrorCode::Blocked)};
    Identity target;
    target.user = request.userId;
    target.device = request.deviceId;
    if (!isListed(store, target))
        return Failure{refusal(ErrorCode::NotFound)};
    return protocol::Done{};
}

struct Upload {
    std::optional<StoredPrekey> signedPrekey;
    std::vector<StoredPrekey> oneTimePrekeys;
    bool replaceAll = false;
};

Outcome<protocol::Done> storeUpload(Store& store, const Identity& identity, const Upload& upload)
{
    const auto& device = identity.device;
    auto& prekeys = store.prekeys();
    if (!isListed(store, identity))
        return Failure{refusal(ErrorCode::DeviceRemoved)};
    if (upload.signedPrekey) {
        const auto present = prekeys.signedPrekey(device);
        if (present && upload.signedPrekey->id <= present->id)
            return Failure{refusal(ErrorCode::InvalidPrekey)};
        prekeys.setSignedPrekey(device, *upload.signedPrekey);
    }
    if (upload.replaceAll)
        prekeys.clearOneTime(device);
    if (prekeys.oneTimeIds(device).size() + upload.oneTimePrekeys.size() > maxOneTimePrekeys)
        return Failure{refusal(ErrorCode::InvalidPrekey)};
    const auto highest = prekeys.highestOneTimeId(device);
    for (const auto& prekey : upload.oneTimePrekeys) {
        if (prekey.id <= highest)
            return Failure{refusal(ErrorCode::InvalidPrekey)};
        prekeys.addOneTime(device, prekey);
    }
    return protocol::Done{};
}

} // namespace

void handle(Context& context, protocol::GetPrekeyStatus, Reply<protocol::GetPrekeyStatus> reply)
{
    const auto& prekeys = context.services.store.prekeys();
    const auto& device = context.identity().device;
    const auto present = prekeys.signedPrekey(device);
    reply.answer({present ? present->id : 0, prekeys.oneTimeIds(device)});
}

void handle(Context& context, protocol::UploadPrekeys request, Reply<protocol::UploadPrekeys> reply)
{
    const auto& identity = context.identity();
    Upload upload;
    upload.replaceAll = request.replaceAll;
    if (request.signedPrekey) {
        auto checked = checkSignedPrekey(*request.signedPrekey, identity.user,
                                         {identity.device, identity.deviceKey});
        if (!checked)
            return reply.refuse(checked.error());
        upload.signedPrekey = std::move(*checked);
    }
    auto checked = checkOneTimePrekeys(request.oneTimePrekeys);
    if (!checked)
        return reply.refuse(checked.error());
    upload.oneTimePrekeys = std::move(*checked);
    write(
        context.services,
        [identity, upload = std::move(upload)](Store& store) {
            return storeUpload(store, identity, upload);
        },
        [reply = std::move(reply)](const Outcome<protocol::Done>& done) mutable {
            reply.finish(done);
        });
}

void handle(Context& context, protocol::GetBundle request, Reply<protocol::GetBundle> reply)
{
    auto& services = context.services;
    const auto user = context.identity().user;
    // Before it is counted: invented devices would fill the limiter until it forgets the real ones.
    if (const auto target = checkTarget(services.store, user, request); !target)
        return reply.refuse(target.error());
    const auto key = limitKey({user, request.userId, request.deviceId});
    if (const auto wait = services.limiter.take(Limit::Bundles, key))
        return reply.refuse(rateLimited(*wait));
    // Nobody can drain another's one-time prekeys: past half of the limit there are none.
    const bool withOneTime = services.limiter.count(Limit::Bundles, key) <= 10;
    write(
        services,
        [user, request, withOneTime](Store& store) -> Outcome<protocol::Bundle> {
            IMPULSE_CHECK(checkTarget(store, user, request));
            const auto present = store.prekeys().signedPrekey(request.deviceId);
            if (!present)
                return Failure{refusal(ErrorCode::NotFound)};
            protocol::Bundle bundle{present->bytes, std::nullopt};
            if (withOneTime) {
                if (auto prekey = store.prekeys().takeOneTime(request.deviceId))
                    bundle.oneTimePrekey = std::move(prekey->bytes);
            }
            return bundle;
        },
        [reply = std::move(reply)](const Outcome<protocol::Bundle>& bundle) mutable {
            reply.finish(bundle);
        });
}

} // namespace impulse::server
