#include "common/crypto/Layouts.h"

#include "common/crypto/Codec.h"
#include "common/crypto/Primitives.h"

#include <algorithm>

namespace impulse::crypto {
namespace {

constexpr std::uint8_t layoutVersion = 1;
constexpr std::size_t deviceEntrySize = 136;

/// Malformed for an empty input, UnsupportedVersion for another first byte.
Result<void> checkVersion(View bytes)
{
    if (bytes.empty())
        return Failure{CryptoError::Malformed};
    if (bytes.front() != layoutVersion)
        return Failure{CryptoError::UnsupportedVersion};
    return {};
}

bool isKind(std::uint8_t value)
{
    return value >= static_cast<std::uint8_t>(EventKind::Direct) &&
           value <= static_cast<std::uint8_t>(EventKind::Control);
}

/// The rules between the fields: seq, peer, conversation.
bool isConsistent(const Aad& aad)
{
    if (aad.flags & ~(Aad::transient | Aad::silent))
        return false;
    if (aad.group.has_value() != (aad.kind == EventKind::Group))
        return false;
    const bool counted = aad.kind != EventKind::Control && !aad.isTransient();
    if (counted != (aad.seq > 0))
        return false;
    if (aad.kind == EventKind::Group && !aad.peerUser.isZero())
        return false;
    if (aad.kind == EventKind::Direct && aad.peerUser.isZero())
        return false;
    return aad.peerUser.isZero() ||
           aad.conversation == directConversation(aad.senderUser, aad.peerUser);
}

bool fitsIntegers(const Aad& aad)
{
    return aad.sentMs <= limits::maxInteger && aad.seq <= limits::maxInteger &&
           (!aad.group || aad.group->epoch <= limits::maxInteger);
}

} // namespace

ConversationId directConversation(const UserId& one, const UserId& other)
{
    return hash<ConversationId>(label::dmId, std::min(one, other), std::max(one, other));
}

Result<Aad> parseAad(View bytes)
{
    IMPULSE_CHECK(checkVersion(bytes));
    Reader reader(bytes);
    reader.u8();
    Aad aad;
    const auto kind = reader.u8();
    if (!isKind(kind))
        return Failure{CryptoError::Malformed};
    aad.kind = static_cast<EventKind>(kind);
    aad.flags = reader.u8();
    aad.conversation = reader.fixed<ConversationId>();
    aad.message = reader.fixed<MessageId>();
    aad.senderUser = reader.fixed<UserId>();
    aad.senderDevice = reader.fixed<DeviceId>();
    aad.peerUser = reader.fixed<UserId>();
    aad.sentMs = reader.u64();
    aad.seq = reader.u64();
    if (aad.kind == EventKind::Group) {
        Aad::Group group;
        group.epoch = reader.u64();
        group.stateHash = reader.fixed<Hash32>();
        group.chain = reader.fixed<ChainId>();
        group.iteration = reader.u32();
        aad.group = group;
    }
    IMPULSE_CHECK(reader.finish());
    if (!isConsistent(aad))
        return Failure{CryptoError::Malformed};
    return aad;
}

Result<Bytes> writeAad(const Aad& aad)
{
    if (!isKind(static_cast<std::uint8_t>(aad.kind)) || !isConsistent(aad) || !fitsIntegers(aad))
        return Failure{CryptoError::Malformed};
    Writer writer;
    writer.u8(layoutVersion).u8(static_cast<std::uint8_t>(aad.kind)).u8(aad.flags);
    writer.raw(aad.conversation).raw(aad.message).raw(aad.senderUser).raw(aad.senderDevice);
    writer.raw(aad.peerUser).u64(aad.sentMs).u64(aad.seq);
    if (aad.group)
        writer.u64(aad.group->epoch)
            .raw(aad.group->stateHash)
            .raw(aad.group->chain)
            .u32(aad.group->iteration);
    return writer.take();
}

DeviceId deviceId(const UserId& user, const DeviceEntry& device)
{
    return hash16<DeviceId>(label::deviceId, user, device.signKey, device.boxKey);
}

const DeviceEntry* DeviceList::find(const DeviceId& device) const
{
    const auto found = std::ranges::find_if(
        devices, [&](const DeviceEntry& entry) { return deviceId(user, entry) == device; });
    return found == devices.end() ? nullptr : &*found;
}

Result<DeviceList> parseDeviceList(View bytes)
{
    IMPULSE_CHECK(checkVersion(bytes));
    Reader reader(bytes);
    reader.u8();
    DeviceList list;
    list.user = reader.fixed<UserId>();
    list.generation = reader.u32();
    list.identityKey = reader.fixed<SignPublicKey>();
    list.accountKey = reader.fixed<SignPublicKey>();
    list.accountCertificate = reader.fixed<Signature>();
    list.version = reader.u64();
    list.previous = reader.fixed<Hash32>();
    list.createdMs = reader.u64();
    const std::size_t count = reader.u8();
    if (reader.failed() || count < 1 || count > limits::devices ||
        reader.remaining() != count * deviceEntrySize + Signature::size())
        return Failure{CryptoError::Malformed};
    std::optional<DeviceId> last;
    for (std::size_t i = 0; i < count; ++i) {
        DeviceEntry device;
        device.signKey = reader.fixed<SignPublicKey>();
        device.boxKey = reader.fixed<BoxPublicKey>();
        device.createdMs = reader.u64();
        device.selfSignature = reader.fixed<Signature>();
        const auto id = deviceId(list.user, device);
        if (last && id <= *last)
            return Failure{CryptoError::Malformed};
        last = id;
        list.devices.push_back(device);
    }
    list.signature = reader.fixed<Signature>();
    IMPULSE_CHECK(reader.finish());
    return list;
}

Bytes writeUnsignedDeviceList(const DeviceList& list)
{
    Writer writer;
    writer.u8(layoutVersion).raw(list.user).u32(list.generation);
    writer.raw(list.identityKey).raw(list.accountKey).raw(list.accountCertificate);
    writer.u64(list.version).raw(list.previous).u64(list.createdMs);
    writer.u8(static_cast<std::uint8_t>(list.devices.size()));
    for (const auto& device : list.devices)
        writer.raw(device.signKey)
            .raw(device.boxKey)
            .u64(device.createdMs)
            .raw(device.selfSignature);
    return writer.take();
}

Hash32 deviceListHash(View list)
{
    return hash(label::deviceListHash, list);
}

Result<SignedPrekey> parseSignedPrekey(View bytes)
{
    Reader reader(bytes);
    SignedPrekey prekey;
    prekey.id = reader.u32();
    prekey.key = reader.fixed<BoxPublicKey>();
    prekey.createdMs = reader.u64();
    prekey.signature = reader.fixed<Signature>();
    IMPULSE_CHECK(reader.finish());
    if (prekey.id == 0)
        return Failure{CryptoError::Malformed};
    return prekey;
}

Bytes writeSignedPrekey(const SignedPrekey& prekey)
{
    return Writer()
        .u32(prekey.id)
        .raw(prekey.key)
        .u64(prekey.createdMs)
        .raw(prekey.signature)
        .take();
}

Result<OneTimePrekey> parseOneTimePrekey(View bytes)
{
    Reader reader(bytes);
    OneTimePrekey prekey;
    prekey.id = reader.u32();
    prekey.key = reader.fixed<BoxPublicKey>();
    IMPULSE_CHECK(reader.finish());
    if (prekey.id == 0)
        return Failure{CryptoError::Malformed};
    return prekey;
}

Bytes writeOneTimePrekey(const OneTimePrekey& prekey)
{
    return Writer().u32(prekey.id).raw(prekey.key).take();
}

} // namespace impulse::crypto
