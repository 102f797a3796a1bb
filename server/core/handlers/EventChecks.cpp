#include "server/core/handlers/EventChecks.h"

#include <set>

namespace impulse::server {

using protocol::ContactState;
using protocol::ErrorCode;

namespace {

/// As far as clients believe numbers (encryption.md 1.3).
constexpr std::uint64_t furthestJump = 1'000'000;

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

} // namespace

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

std::uint64_t storedBytes(const NewEvent& event)
{
    std::uint64_t bytes = event.aad.size() + event.body.size();
    bytes += event.sig ? Signature::size() : 0;
    for (const auto& wrap : event.wraps)
        bytes += DeviceId::size() + wrap.message.size();
    return bytes;
}

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
    return std::optional(Sent{sent->seq, sent->serverMs});
}

void count(Services& services, const Sent& sent)
{
    if (sent.isNew)
        services.settings.traffic->messagesIn.add();
}

std::optional<std::uint64_t> takeControls(RateLimiter& limiter, const Envelope& envelope)
{
    const auto& sender = envelope.sender;
    for (const auto& wrap : envelope.wraps) {
        const auto key = limitKey({sender.device, wrap.deviceId});
        if (const auto wait = limiter.waitMs(Limit::Controls, key))
            return wait;
    }
    // Each mailbox keeps a copy.
    const auto size = envelope.entry.aad.size() + envelope.entry.body.size();
    std::uint64_t bytes = 0;
    for (const auto& wrap : envelope.wraps)
        bytes += size + wrap.message.size();
    if (const auto wait = limiter.take(Limit::StoredBytes, limitKey({sender.user}), bytes))
        return wait;
    for (const auto& wrap : envelope.wraps)
        limiter.add(Limit::Controls, limitKey({sender.device, wrap.deviceId}));
    return std::nullopt;
}

void storeControl(Store& store, const Envelope& envelope, const MailboxBounds& bounds,
                  Deliveries& out)
{
    auto entry = envelope.entry;
    for (const auto& wrap : envelope.wraps) {
        entry.wrap = wrap.message;
        const auto number = store.mailboxes().append(wrap.deviceId, entry, bounds);
        out.push_back(MailboxDelivery{wrap.deviceId,
                                      {number, entry.serverMs, entry.aad, entry.body, entry.wrap}});
    }
}

} // namespace impulse::server
