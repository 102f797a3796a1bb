#pragma once

#include "common/crypto/Layouts.h"
#include "server/core/handlers/Handlers.h"

/// What the three ways of sending (event, control envelope, transient) check alike.
namespace impulse::server {

/// Form, and that the AAD names this connection's user and device: Malformed, Forbidden.
Outcome<crypto::Aad> checkAad(const Identity& sender, View aad);

/// That the addressee exists (NotFound), did not block the sender (Blocked) and was not blocked by
/// him (Forbidden). Always true of oneself.
Outcome<protocol::Done> checkPeer(const Store& store, const UserId& sender, const UserId& peer);

/// Devices of both people, without the sender's. DeviceRemoved if that is not listed itself.
Outcome<std::vector<DeviceId>> readingDevices(const Store& store, const Identity& sender,
                                              const UserId& peer);

/// True if every wrap is for another one of these devices.
bool areSomeOf(const std::vector<protocol::Wrap>& wraps, const std::vector<DeviceId>& devices);

} // namespace impulse::server
