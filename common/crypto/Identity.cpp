#include "common/crypto/Identity.h"

#include "common/crypto/Codec.h"

#include <algorithm>

namespace impulse::crypto {

Bytes Party::bytes() const
{
    return Writer().raw(user).raw(identityKey).raw(device).raw(signKey).raw(boxKey).take();
}

UserIdentity::UserIdentity(const RootSecret& root, const UserId& user)
    : m_user(user), m_pair(signKeyPair(kdf32<SignSeed>(root, label::uikSeed, user)))
{
}

Signature UserIdentity::certifyAccountKey(std::uint32_t generation,
                                          const SignPublicKey& accountKey) const
{
    return sign(m_pair.secretKey, label::askCert, m_user, be32(generation), accountKey);
}

Signature UserIdentity::certifyArchiveKey(std::uint32_t generation,
                                          const BoxPublicKey& archiveKey) const
{
    return sign(m_pair.secretKey, label::archiveCert, m_user, be32(generation), archiveKey);
}

AccountSeed deriveAccountSeed(const RootSecret& root, const UserId& user, std::uint32_t generation)
{
    return kdf32<AccountSeed>(root, label::askSeed, user, be32(generation));
}

BoxSeed deriveArchiveSeed(const RootSecret& root, const UserId& user, std::uint32_t generation)
{
    return kdf32<BoxSeed>(root, label::archiveKey, user, be32(generation));
}

AccountKey::AccountKey(AccountSeed seed, std::uint32_t generation)
    : m_seed(std::move(seed)), m_generation(generation), m_pair(signKeyPair(m_seed))
{
}

Result<Bytes> AccountKey::signDeviceList(DeviceList list) const
{
    list.generation = m_generation;
    list.accountKey = m_pair.publicKey;
    std::ranges::sort(list.devices, {},
                      [&](const DeviceEntry& entry) { return deviceId(list.user, entry); });
    const bool distinct = std::ranges::adjacent_find(list.devices) == list.devices.end();
    if (list.devices.empty() || list.devices.size() > limits::devices || !distinct ||
        list.generation == 0 || list.version == 0 || list.version > limits::maxInteger ||
        list.createdMs > limits::maxInteger)
        return Failure{CryptoError::Malformed};
    auto bytes = writeUnsignedDeviceList(list);
    const auto signature = sign(m_pair.secretKey, label::deviceList, bytes);
    bytes.insert(bytes.end(), signature.data(), signature.data() + Signature::size());
    return bytes;
}

Result<void> verifyArchiveCertificate(const SignPublicKey& identityKey, const UserId& user,
                                      std::uint32_t generation, const BoxPublicKey& archiveKey,
                                      const Signature& certificate)
{
    return verify(identityKey, label::archiveCert, certificate, user, be32(generation), archiveKey);
}

Device Device::create(Rng& rng, const UserId& user, const SignPublicKey& identityKey,
                      std::uint64_t createdMs)
{
    auto signSeed = random<SignSeed>(rng);
    auto boxSeed = random<BoxSeed>(rng);
    return Device(std::move(signSeed), std::move(boxSeed), user, identityKey, createdMs);
}

Device::Device(SignSeed signSeed, BoxSeed boxSeed, const UserId& user,
               const SignPublicKey& identityKey, std::uint64_t createdMs)
    : m_signSeed(std::move(signSeed)), m_boxSeed(std::move(boxSeed)),
      m_signPair(signKeyPair(m_signSeed)),
      m_boxPair(boxKeyPair(m_boxSeed)), m_entry{m_signPair.publicKey,
                                                m_boxPair.publicKey,
                                                createdMs,
                                                {}}
{
    m_entry.selfSignature = sign(m_signPair.secretKey, label::deviceSelf, user, identityKey,
                                 m_entry.signKey, m_entry.boxKey, be64(createdMs));
    m_party = {user, identityKey, deviceId(user, m_entry), m_entry.signKey, m_entry.boxKey};
}

Result<DeviceList> verifyDeviceList(const UserId& expected, View bytes)
{
    IMPULSE_TRY(auto list, parseDeviceList(bytes));
    if (list.user != expected)
        return Failure{CryptoError::UntrustedIdentity};
    if (list.generation < 1 || list.version < 1)
        return Failure{CryptoError::Malformed};
    IMPULSE_CHECK(verify(list.identityKey, label::askCert, list.accountCertificate, list.user,
                         be32(list.generation), list.accountKey));
    IMPULSE_CHECK(verify(list.accountKey, label::deviceList, list.signature,
                         bytes.first(bytes.size() - Signature::size())));
    for (const auto& device : list.devices)
        IMPULSE_CHECK(verify(device.signKey, label::deviceSelf, device.selfSignature, list.user,
                             list.identityKey, device.signKey, device.boxKey,
                             be64(device.createdMs)));
    return list;
}

} // namespace impulse::crypto
