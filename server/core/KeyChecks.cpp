#include "server/core/KeyChecks.h"

#include "common/crypto/Prekeys.h"

namespace impulse::server {
namespace {

using protocol::ErrorCode;

CheckedList summary(const crypto::DeviceList& list, View bytes)
{
    CheckedList result{list.generation,
                       list.version,
                       list.identityKey,
                       list.previous,
                       crypto::deviceListHash(bytes),
                       {}};
    for (const auto& entry : list.devices)
        result.devices.push_back({crypto::deviceId(list.user, entry), entry.signKey});
    return result;
}

} // namespace

const ListedDevice* CheckedList::find(const DeviceId& device) const
{
    const auto found = std::ranges::find(devices, device, &ListedDevice::id);
    return found == devices.end() ? nullptr : &*found;
}

std::vector<DeviceId> CheckedList::deviceIds() const
{
    std::vector<DeviceId> result;
    result.reserve(devices.size());
    for (const auto& device : devices)
        result.push_back(device.id);
    return result;
}

Outcome<CheckedList> checkList(View list, const UserId& user)
{
    const auto verified = crypto::verifyDeviceList(user, list);
    if (!verified)
        return Failure{refusal(ErrorCode::InvalidDeviceList)};
    return summary(*verified, list);
}

std::optional<CheckedList> readList(View list)
{
    const auto parsed = crypto::parseDeviceList(list);
    if (!parsed)
        return std::nullopt;
    return summary(*parsed, list);
}

Outcome<StoredPrekey> checkSignedPrekey(View prekey, const UserId& user, const ListedDevice& device)
{
    const auto parsed = crypto::parseSignedPrekey(prekey);
    if (!parsed || !crypto::verifySignedPrekey(*parsed, device.signKey, user, device.id))
        return Failure{refusal(ErrorCode::InvalidPrekey)};
    return StoredPrekey{parsed->id, toBytes(prekey)};
}

Outcome<std::vector<StoredPrekey>> checkOneTimePrekeys(const std::vector<Bytes>& prekeys)
{
    std::vector<StoredPrekey> result;
    for (const auto& prekey : prekeys) {
        const auto parsed = crypto::parseOneTimePrekey(prekey);
        if (!parsed || (!result.empty() && parsed->id <= result.back().id))
            return Failure{refusal(ErrorCode::InvalidPrekey)};
        result.push_back({parsed->id, prekey});
    }
    return result;
}

Hash32 directoryLabel(const ServerId& server, const UserId& user)
{
    return crypto::hash(crypto::label::dirLabel, server, user);
}

} // namespace impulse::server
