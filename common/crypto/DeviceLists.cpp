#include "common/crypto/DeviceLists.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace impulse::crypto {
namespace {

using Item = Directory::Item;

Hash32 previousHash(std::span<const Item> history, std::size_t index)
{
    return index == 0 ? Hash32{} : history[index - 1].listHash;
}

/// Version and predecessor agree with the log.
Result<void> checkPlace(const DeviceList& list, std::uint64_t version, const Hash32& previous)
{
    if (list.version != version || list.previous != previous)
        return Failure{CryptoError::ForkDetected};
    return {};
}

/// Lists by their hashes, as the log names them.
using ListsByHash = std::unordered_map<Hash32, View, FixedHash>;

ListsByHash byHash(std::span<const Bytes> lists)
{
    ListsByHash result;
    for (const auto& list : lists)
        result.emplace(deviceListHash(list), list);
    return result;
}

bool isBelowEarlier(const DeviceList& list, std::span<const VerifiedDeviceList> earlier)
{
    return std::ranges::any_of(earlier, [&](const VerifiedDeviceList& other) {
        return other.fields().identityKey == list.identityKey &&
               other.fields().generation > list.generation;
    });
}

} // namespace

/// The one maker of verified lists.
class DeviceListVerifier {
public:
    static Result<VerifiedDeviceList> verifyLatest(const Directory& directory, const UserId& user,
                                                   View bytes)
    {
        IMPULSE_TRY(auto list, verifyDeviceList(user, bytes));
        const auto history = directory.history(user);
        if (history.empty() || history.back().listHash != deviceListHash(bytes))
            return Failure{CryptoError::StaleList};
        IMPULSE_CHECK(checkPlace(list, history.size(), previousHash(history, history.size() - 1)));
        return VerifiedDeviceList(std::move(list), bytes);
    }

    /// `bytes` has the hash that entry `index` of the user names.
    static Result<VerifiedDeviceList> verifyLogged(const Directory& directory, const UserId& user,
                                                   View bytes, std::size_t index)
    {
        IMPULSE_TRY(auto list, verifyDeviceList(user, bytes));
        IMPULSE_CHECK(checkPlace(list, index + 1, previousHash(directory.history(user), index)));
        return VerifiedDeviceList(std::move(list), bytes);
    }
};

VerifiedPeer VerifiedDeviceList::peer(const DeviceEntry& entry) const
{
    return VerifiedPeer({m_fields.user, m_fields.identityKey, deviceId(m_fields.user, entry),
                         entry.signKey, entry.boxKey});
}

std::optional<VerifiedPeer> VerifiedDeviceList::device(const DeviceId& id) const
{
    const auto* entry = m_fields.find(id);
    if (!entry)
        return std::nullopt;
    return peer(*entry);
}

std::vector<VerifiedPeer> VerifiedDeviceList::devices() const
{
    std::vector<VerifiedPeer> result;
    result.reserve(m_fields.devices.size());
    for (const auto& entry : m_fields.devices)
        result.push_back(peer(entry));
    return result;
}

Result<Accepted> acceptDeviceList(const Directory& directory, const UserId& user, View list,
                                  const std::optional<Pin>& pin)
{
    IMPULSE_TRY(auto verified, DeviceListVerifier::verifyLatest(directory, user, list));
    auto event = Accepted::Event::FirstUse;
    if (pin) {
        const auto& fields = verified.fields();
        event = Accepted::Event::Ok;
        if (fields.identityKey != pin->identityKey)
            event = Accepted::Event::IdentityChanged;
        else if (fields.generation < pin->generation || fields.version < pin->version)
            return Failure{CryptoError::StaleList};
    }
    return Accepted{std::move(verified), event};
}

Result<std::vector<VerifiedDeviceList>>
validDeviceLists(const Directory& directory, const UserId& user, std::span<const Bytes> lists)
{
    std::vector<VerifiedDeviceList> valid;
    const auto known = byHash(lists);
    const auto history = directory.history(user);
    for (std::size_t i = 0; i < history.size(); ++i) {
        if (history[i].listHash.isZero())
            continue;
        const auto bytes = known.find(history[i].listHash);
        if (bytes == known.end())
            return Failure{CryptoError::StaleList};
        auto list = DeviceListVerifier::verifyLogged(directory, user, bytes->second, i);
        if (list && !isBelowEarlier(list->fields(), valid))
            valid.push_back(std::move(*list));
    }
    return valid;
}

Result<Accepted> acceptFirstUse(const Directory& directory, const UserId& user,
                                std::span<const Bytes> lists)
{
    const auto history = directory.history(user);
    if (history.empty())
        return Failure{CryptoError::StaleList};
    const auto latest = std::ranges::find(lists, history.back().listHash, deviceListHash);
    if (latest == lists.end())
        return Failure{CryptoError::StaleList};
    IMPULSE_TRY(auto accepted, acceptDeviceList(directory, user, *latest, std::nullopt));
    IMPULSE_TRY(const auto valid, validDeviceLists(directory, user, lists));
    if (valid.empty() || valid.back().bytes() != *latest)
        return Failure{CryptoError::StaleList};
    return accepted;
}

Result<DeviceList> verifyNextDeviceList(const UserId& user, View list, std::uint64_t before,
                                        const Hash32& previous, const DeviceList* last)
{
    IMPULSE_TRY(auto fields, verifyDeviceList(user, list));
    IMPULSE_CHECK(checkPlace(fields, before + 1, previous));
    if (last && last->identityKey == fields.identityKey && fields.generation < last->generation)
        return Failure{CryptoError::StaleList};
    return fields;
}

Result<HandIn> checkHandIn(const Directory& server, std::span<const Bytes> entries,
                           const DirectoryHead& stated, std::span<const HandedList> lists)
{
    HandIn result{server, {}};
    std::set<std::uint64_t> missing;
    for (const auto& bytes : entries) {
        IMPULSE_CHECK(result.directory.append(bytes));
        IMPULSE_TRY(const auto entry, parseDirectoryEntry(bytes));
        if (!entry.listHash.isZero())
            missing.insert(entry.seq);
    }
    if (result.directory.head() != stated)
        return Failure{CryptoError::ForkDetected};
    for (const auto& [user, bytes] : lists) {
        const auto history = result.directory.history(user);
        const auto hash = deviceListHash(bytes);
        const auto found = std::ranges::find_if(history, [&](const Item& item) {
            return item.seq > server.seq() && item.listHash == hash;
        });
        if (found == history.end())
            return Failure{CryptoError::StaleList};
        IMPULSE_TRY(const auto list, verifyDeviceList(user, bytes));
        const auto index = static_cast<std::size_t>(found - history.begin());
        IMPULSE_CHECK(checkPlace(list, index + 1, previousHash(history, index)));
        missing.erase(found->seq);
    }
    result.missing.assign(missing.begin(), missing.end());
    return result;
}

} // namespace impulse::crypto
