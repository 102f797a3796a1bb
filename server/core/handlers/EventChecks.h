#pragma once

#include "common/crypto/Layouts.h"
#include "server/core/handlers/Handlers.h"

/// What the ways of sending (event, control envelope, transient; to people and groups) share.
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

/// What the sender of an event is answered.
struct Sent {
    std::uint64_t seq = 0;
    std::uint64_t serverMs = 0;
    /// Not a resend of one that was stored before.
    bool isNew = false;
};
/// The answer that this event got before, if it did; else whether its number is the next:
/// OutOfOrder, SequenceUsed.
Outcome<std::optional<Sent>> checkNumber(const Store& store, const NewEvent& event);
/// Counts it, if it is new.
void count(Services& services, const Sent& sent);
/// What the log will keep of it.
std::uint64_t storedBytes(const NewEvent& event);

/// One control envelope with its wraps.
struct Envelope {
    Identity sender;
    /// Zeros: it concerns the group `conversation`.
    UserId peer;
    ConversationId conversation;
    NewMailboxEntry entry;
    std::vector<protocol::Wrap> wraps;
};
/// Counts it: at most 600 per sending device, target device and hour, all of them or none. Nothing
/// if it may be stored, else how long to wait.
std::optional<std::uint64_t> takeControls(RateLimiter& limiter, const Envelope& envelope);
/// Into the mailboxes of the devices that have a wrap, each within its bounds.
void storeControl(Store& store, const Envelope& envelope, const MailboxBounds& bounds,
                  Deliveries& out);

/// An event for a group (AAD kind 2).
void sendToGroup(Context& context, const crypto::Aad& aad, protocol::SendEvent request,
                 Reply<protocol::SendEvent> reply);
/// Typing in a group.
void sendTransientToGroup(Context& context, const crypto::Aad& aad, protocol::SendTransient request,
                          Reply<protocol::SendTransient> reply);

} // namespace impulse::server
