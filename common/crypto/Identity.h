#pragma once

#include "common/crypto/Layouts.h"
#include "common/crypto/Primitives.h"

/// The keys of an account and of a device, what they certify, and the signatures of a device list
/// (encryption.md 1.1, 1.2). Values without threads of their own.
namespace impulse::crypto {

/// RS, the root of an account. In clear nowhere but in memory, while it is needed.
using RootSecret = Secret<struct RootTag, 32>;
using AccountSeed = Secret<struct AccountSeedTag, 32>;

/// Everything about one device that a session binds to (encryption.md 3.1, "party").
struct Party {
    UserId user;
    SignPublicKey identityKey;
    DeviceId device;
    SignPublicKey signKey;
    BoxPublicKey boxKey;

    /// The 128 bytes that go into the transcript.
    Bytes bytes() const;
    bool operator==(const Party&) const = default;
};

/// UIK, the key that contacts verify. Exists while the root secret is open.
class UserIdentity {
public:
    UserIdentity(const RootSecret& root, const UserId& user);

    const SignPublicKey& publicKey() const { return m_pair.publicKey; }
    Signature certifyAccountKey(std::uint32_t generation, const SignPublicKey& accountKey) const;
    Signature certifyArchiveKey(std::uint32_t generation, const BoxPublicKey& archiveKey) const;

private:
    UserId m_user;
    SignKeyPair m_pair;
};

/// Seed of the account key ASK of generation `generation` (from 1); lives on every linked device.
AccountSeed deriveAccountSeed(const RootSecret& root, const UserId& user, std::uint32_t generation);
/// Seed of the archive pair, which nobody stores.
BoxSeed deriveArchiveSeed(const RootSecret& root, const UserId& user, std::uint32_t generation);

/// ASK, the key that signs device lists.
class AccountKey {
public:
    AccountKey(AccountSeed seed, std::uint32_t generation);

    const SignPublicKey& publicKey() const { return m_pair.publicKey; }
    const AccountSeed& seed() const { return m_seed; }
    std::uint32_t generation() const { return m_generation; }

    /// Sorts the devices, fills in the key and its generation, signs. Malformed for 0 or more than
    /// 32 devices, one device twice, or a version or time out of range. The caller sets every
    /// field but generation, accountKey and signature.
    Result<Bytes> signDeviceList(DeviceList list) const;

private:
    AccountSeed m_seed;
    std::uint32_t m_generation;
    SignKeyPair m_pair;
};

/// BadSignature unless `identityKey` certified the archive key for this user and generation.
Result<void> verifyArchiveCertificate(const SignPublicKey& identityKey, const UserId& user,
                                      std::uint32_t generation, const BoxPublicKey& archiveKey,
                                      const Signature& certificate);

/// The keys of this device.
class Device {
public:
    /// Draws the signing seed, then the box seed.
    static Device create(Rng& rng, const UserId& user, const SignPublicKey& identityKey,
                         std::uint64_t createdMs);
    Device(SignSeed signSeed, BoxSeed boxSeed, const UserId& user, const SignPublicKey& identityKey,
           std::uint64_t createdMs);

    const Party& party() const { return m_party; }
    const DeviceId& id() const { return m_party.device; }
    /// With the self-signature, for the device list.
    const DeviceEntry& entry() const { return m_entry; }
    const SignKeyPair& signPair() const { return m_signPair; }
    const BoxKeyPair& boxPair() const { return m_boxPair; }
    const SignSeed& signSeed() const { return m_signSeed; }
    const BoxSeed& boxSeed() const { return m_boxSeed; }

private:
    SignSeed m_signSeed;
    BoxSeed m_boxSeed;
    SignKeyPair m_signPair;
    BoxKeyPair m_boxPair;
    DeviceEntry m_entry;
    Party m_party;
};

/// Everything about a device list that can be checked without the directory, in the order of
/// encryption.md 1.2: UnsupportedVersion, Malformed, UntrustedIdentity (another user), Malformed
/// (generation or version 0), BadSignature.
Result<DeviceList> verifyDeviceList(const UserId& expected, View bytes);

} // namespace impulse::crypto
