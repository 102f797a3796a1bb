#include "server/core/handlers/EventChecks.h"

#include <set>

namespace impulse::server {

using protocol::ContactState;
using protocol::ErrorCode;

Outcome<crypto::Aad> checkAad(const Identity& sender, View aad)
{
    auto parsed = crypto::parseAad(aad);
    if (!parsed)
        return Failure{refusal(ErrorCode::Malformed)};
    if (parsed->senderUser != sender.user || parsed->senderDevice != sender.device)
        return Failure{refusal(ErrorCode::Forbidden)};
    return *parsed;
}

Outcome<protocol::Done> checkPeer(const Store& store, const UserId& sender, const UserId& peer)
{
    if (peer == sender)
        return protocol::Done{};
    if (!store.accounts().username(peer))
        return Failure{refusal(ErrorCode::NotFound)};
    if (store.contacts().state(peer, sender) == ContactState::Blocked)
        return Failure{refusal(ErrorCode::Blocked)};
    if (store.contacts().state(sender, peer) == ContactState::Blocked)
        return Failure{refusal(ErrorCode::Forbidden)};
    return protocol::Done{};
}

Outcome<std::vector<DeviceId>> readingDevices(const Store& store, const Identity& sender,
                                              const UserId& peer)
{
    auto devices = store.directory().devices(sender.user);
    if (std::erase(devices, sender.device) == 0)
        return Failure{refusal(ErrorCode::DeviceRemoved)};
    if (peer != sender.user) {
        const auto others = store.directory().devices(peer);
        devices.insert(devices.end(), others.begin(), others.end());
    }
    return devices;
}

bool areSomeOf(const std::vector<protocol::Wrap>& wraps, const std::vector<DeviceId>& devices)
{
    std::set<DeviceId> left(devices.begin(), devices.end());
    return std::ranges::all_of(
        wraps, [&](const protocol::Wrap& wrap) { return left.erase(wrap.deviceId) == 1; });
}

} // namespace impulse::server
