#pragma once

#include "common/crypto/DeviceLists.h"

namespace impulse::test {

using namespace impulse::crypto;

/// A value of one repeated byte.
template <class T> T of(std::uint8_t byte)
{
    return std::move(*T::from(Bytes(T::size(), byte)));
}

/// A person with a root secret and devices, who publishes lists.
class Person {
public:
    explicit Person(std::uint8_t id, std::uint8_t root = 0)
        : m_user(of<UserId>(id)), m_root(of<RootSecret>(static_cast<std::uint8_t>(root + id))),
          m_identity(m_root, m_user)
    {
    }

    const UserId& user() const { return m_user; }
    const UserIdentity& identity() const { return m_identity; }

    Device device(std::uint8_t seed) const
    {
        return Device(of<SignSeed>(seed), of<BoxSeed>(seed), m_user, m_identity.publicKey(), 1000);
    }

    DeviceList draft(std::uint32_t generation, std::uint64_t version, const Hash32& previous,
                     const std::vector<std::uint8_t>& seeds) const
    {
        DeviceList list;
        list.user = m_user;
        list.identityKey = m_identity.publicKey();
        list.accountCertificate =
            m_identity.certifyAccountKey(generation, account(generation).publicKey());
        list.version = version;
        list.previous = previous;
        list.createdMs = 2000 + version;
        for (const auto seed : seeds)
            list.devices.push_back(device(seed).entry());
        return list;
    }

    Bytes list(std::uint32_t generation, std::uint64_t version, const Hash32& previous,
               const std::vector<std::uint8_t>& seeds = {1}) const
    {
        auto signedList =
            account(generation).signDeviceList(draft(generation, version, previous, seeds));
        return signedList ? std::move(*signedList) : Bytes{};
    }

    AccountKey account(std::uint32_t generation) const
    {
        return AccountKey(deriveAccountSeed(m_root, m_user, generation), generation);
    }

private:
    UserId m_user;
    RootSecret m_root;
    UserIdentity m_identity;
};

/// Appends what an honest server would.
inline bool publish(Directory& directory, const UserId& user, const Hash32& listHash)
{
    return directory
        .append(writeDirectoryEntry(
            {directory.seq() + 1, directoryLabel(directory.server(), user), listHash}))
        .ok();
}

} // namespace impulse::test
