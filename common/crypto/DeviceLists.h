#pragma once

#include "common/crypto/Directory.h"
#include "common/crypto/Identity.h"

/// Which device lists are believed (encryption.md 1.2, 8.1, 8.3), and what a restored server takes
/// back from its clients.
namespace impulse::crypto {

/// What a client remembers of a contact, so that a server can neither go back nor swap the person.
struct Pin {
    SignPublicKey identityKey;
    std::uint32_t generation = 0;
    std::uint64_t version = 0;
    bool operator==(const Pin&) const = default;
};

/// A device of a list that was accepted: the only form in which keys of other people reach a
/// session. Tests make one through tests/support.
class VerifiedPeer {
public:
    const Party& party() const { return m_party; }
    const UserId& user() const { return m_party.user; }
    const DeviceId& device() const { return m_party.device; }
    bool operator==(const VerifiedPeer&) const = default;

private:
    friend class VerifiedDeviceList;
    friend struct VerifiedPeerForTests;
    explicit VerifiedPeer(const Party& party) : m_party(party) {}
    Party m_party;
};

/// A device list whose signatures, place in the log and pin were checked. Only the functions below
/// make one.
class VerifiedDeviceList {
public:
    const DeviceList& fields() const { return m_fields; }
    const UserId& user() const { return m_fields.user; }
    /// The list as it is on the wire.
    const Bytes& bytes() const { return m_bytes; }
    /// What to remember once this list is accepted.
    Pin pin() const { return {m_fields.identityKey, m_fields.generation, m_fields.version}; }
    /// Nothing if the device is not listed.
    std::optional<VerifiedPeer> device(const DeviceId& id) const;
    /// All devices, ascending by id.
    std::vector<VerifiedPeer> devices() const;

private:
    friend class DeviceListVerifier;
    VerifiedDeviceList(DeviceList fields, View bytes)
        : m_fields(std::move(fields)), m_bytes(toBytes(bytes))
    {
    }
    VerifiedPeer peer(const DeviceEntry& entry) const;

    DeviceList m_fields;
    Bytes m_bytes;
};

struct Accepted {
    enum class Event {
        FirstUse,
        Ok,
        /// Another identity key than the pin's: the pin is kept until the user decides.
        IdentityChanged,
    };
    VerifiedDeviceList list;
    Event event;
};

/// The latest list of a user. Errors of verifyDeviceList; StaleList (not the last in the log, or
/// below the pin), ForkDetected (version or predecessor disagree with the log). Without a pin,
/// acceptFirstUse is what a client calls.
Result<Accepted> acceptDeviceList(const Directory& directory, const UserId& user, View list,
                                  const std::optional<Pin>& pin);

/// The lists of a user in log order that are valid: verified, in their place, and of no lower
/// generation than an earlier valid one of the same identity. Those that do not verify and deleted
/// accounts are skipped. `lists` in any order; StaleList if one of the log is not among them.
Result<std::vector<VerifiedDeviceList>>
validDeviceLists(const Directory& directory, const UserId& user, std::span<const Bytes> lists);

/// First sight of a user: as acceptDeviceList, and a latest list that validDeviceLists would not
/// count is StaleList. `lists` holds every list of the user, in any order.
Result<Accepted> acceptFirstUse(const Directory& directory, const UserId& user,
                                std::span<const Bytes> lists);

/// For the server: a list that is to be published after `before` entries, the last of them with
/// `previous` (zeros if none), `last` being the user's list so far. Errors of verifyDeviceList;
/// ForkDetected (not the next version); StaleList (generation below that of `last`, same identity).
Result<DeviceList> verifyNextDeviceList(const UserId& user, View list, std::uint64_t before,
                                        const Hash32& previous, const DeviceList* last);

/// A list that a client hands to a restored server.
struct HandedList {
    UserId user;
    Bytes list;
};
struct HandIn {
    /// The server's log with the entries that were handed in.
    Directory directory;
    /// Positions whose list was not handed in.
    std::vector<std::uint64_t> missing;
};
/// Checks the log that a client states after a restore: Malformed, ForkDetected (entries do not
/// follow, do not end in `stated`, or a list disagrees with its place), StaleList (a list that no
/// handed entry names), errors of verifyDeviceList.
Result<HandIn> checkHandIn(const Directory& server, std::span<const Bytes> entries,
                           const DirectoryHead& stated, std::span<const HandedList> lists);

} // namespace impulse::crypto
