#pragma once

#include "common/protocol/AccountMessages.h"

/// The directory log, device lists and prekeys (encryption.md 1.2, 1.3, 8.3).
namespace impulse::protocol {

/// Appends a list of the asker's own account to the directory log, if it is the next one.
/// Allowed on a pending connection (a device joins with the recovery code).
struct PublishDeviceList {
    Bytes deviceList;
    /// Prekeys of a device that this list adds, so that nobody meets it without keys.
    std::optional<DeviceId> deviceId;
    std::optional<Bytes> signedPrekey;
    std::optional<std::vector<Bytes>> oneTimePrekeys;

    static constexpr auto fields()
    {
        return std::tuple{
            field(2, "deviceList", &PublishDeviceList::deviceList, deviceListBound),
            field(3, "deviceId", &PublishDeviceList::deviceId),
            field(4, "signedPrekey", &PublishDeviceList::signedPrekey, signedPrekeyBound),
            field(5, "oneTimePrekeys", &PublishDeviceList::oneTimePrekeys, oneTimePrekeysBound)};
    }
};

struct DirectoryPosition {
    std::uint64_t seq = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "seq", &DirectoryPosition::seq)};
    }
};

/// Entries of one answer. 72 bytes each.
inline constexpr std::size_t directoryEntriesPerFetch = 10'000;

struct GetDirectory {
    /// Entries after this position are wanted.
    std::uint64_t after = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "after", &GetDirectory::after)};
    }
};

struct DirectoryEntries {
    /// Concatenated entries: seq u64, label 32, dl_hash 32.
    Bytes entries;
    /// Position of the log's end when this was read.
    std::uint64_t lastSeq = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "entries", &DirectoryEntries::entries,
                                {72 * directoryEntriesPerFetch, 0}),
                          field(3, "lastSeq", &DirectoryEntries::lastSeq)};
    }
};

/// Lists of one answer.
inline constexpr std::size_t deviceListsPerFetch = 150;

/// A user's lists, oldest first. A pending connection may ask for its own user's.
struct GetDeviceLists {
    UserId userId;
    /// Lists with a higher version than this are wanted.
    std::uint64_t afterVersion = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "userId", &GetDeviceLists::userId),
                          field(3, "afterVersion", &GetDeviceLists::afterVersion)};
    }
};

struct DeviceLists {
    std::vector<Bytes> lists;
    /// There are more: ask again after the last one's version.
    bool more = false;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "lists", &DeviceLists::lists,
                                {limits::deviceList, deviceListsPerFetch}),
                          field(3, "more", &DeviceLists::more)};
    }
};

/// Which prekeys does the server hold for this device?
struct GetPrekeyStatus {
    static constexpr auto fields() { return std::tuple{}; }
};

struct PrekeyStatus {
    /// 0: none.
    std::uint64_t signedPrekeyId = 0;
    std::vector<std::uint64_t> oneTimePrekeyIds;

    static constexpr auto fields()
    {
        return std::tuple{
            field(2, "signedPrekeyId", &PrekeyStatus::signedPrekeyId),
            field(3, "oneTimePrekeyIds", &PrekeyStatus::oneTimePrekeyIds, {0, 1000})};
    }
};

struct UploadPrekeys {
    std::optional<Bytes> signedPrekey;
    std::vector<Bytes> oneTimePrekeys;
    /// True: the one-time prekeys that the server holds are deleted first.
    bool replaceAll = false;

    static constexpr auto fields()
    {
        return std::tuple{
            field(2, "signedPrekey", &UploadPrekeys::signedPrekey, signedPrekeyBound),
            field(3, "oneTimePrekeys", &UploadPrekeys::oneTimePrekeys, oneTimePrekeysBound),
            field(4, "replaceAll", &UploadPrekeys::replaceAll)};
    }
};

/// Keys to start a session with a device. Each one-time prekey is handed out once.
struct GetBundle {
    UserId userId;
    DeviceId deviceId;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "userId", &GetBundle::userId),
                          field(3, "deviceId", &GetBundle::deviceId)};
    }
};

struct Bundle {
    Bytes signedPrekey;
    std::optional<Bytes> oneTimePrekey;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "signedPrekey", &Bundle::signedPrekey, signedPrekeyBound),
                          field(3, "oneTimePrekey", &Bundle::oneTimePrekey, {36, 0})};
    }
};

/// Entries of one HandIn: they fit into a frame of a connection that is not logged in.
inline constexpr std::size_t handInEntriesPerRequest = 800;
/// Lists of one HandIn, sent without entries.
inline constexpr std::size_t handInListsPerRequest = 12;
/// Entries and lists of one client in all.
inline constexpr std::size_t handInEntries = 20'000;
inline constexpr std::size_t handInLists = 200;

/// A list with whose it is.
struct HandedList {
    UserId userId;
    Bytes list;

    static constexpr bool asArray = true;
    static constexpr auto fields()
    {
        return std::tuple{field(1, "userId", &HandedList::userId),
                          field(2, "list", &HandedList::list, deviceListBound)};
    }
};

/// After a restore of the server: where the client's copy of the directory log ends, and what the
/// server has lost of it (encryption.md 8.3).
struct HandIn {
    std::uint64_t seq = 0;
    Hash32 head;
    /// Concatenated entries, the next ones after those that were handed in before.
    Bytes entries;
    std::vector<HandedList> lists;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "seq", &HandIn::seq), field(3, "head", &HandIn::head),
                          field(4, "entries", &HandIn::entries, {72 * handInEntriesPerRequest, 0}),
                          field(5, "lists", &HandIn::lists, {0, handInListsPerRequest})};
    }
};

enum class HandInState : std::uint8_t {
    /// The server does not know this head: entries are wanted.
    Wanted,
    /// It knows the head, and has not decided yet.
    Waiting,
    /// The log passes through it.
    OnLog
};
inline constexpr HandInState lastOf(HandInState)
{
    return HandInState::OnLog;
}

struct HandInResult {
    HandInState state = HandInState::Wanted;
    /// Entries after this position are wanted.
    std::uint64_t after = 0;
    /// Lists of entries after this position are wanted: where the log ended when it was put back.
    std::uint64_t listsAfter = 0;
    /// When to ask again.
    std::uint64_t retryAfterMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "state", &HandInResult::state),
                          field(3, "after", &HandInResult::after),
                          field(4, "listsAfter", &HandInResult::listsAfter),
                          field(5, "retryAfterMs", &HandInResult::retryAfterMs)};
    }
};

/// An account that was made after the backup of a restored server comes back, by one of its
/// devices.
struct RegisterAgain {
    std::string username;
    UserId userId;
    DeviceId deviceId;
    /// As in DeviceLogin.
    Signature signature;
    PasswordParameters password;
    WireSecret auth;
    Bytes rootSlot;
    WireSecret recoveryAuth;
    Bytes profile;
    /// All lists of the account, oldest first.
    std::vector<Bytes> lists;
    std::optional<std::string> invite;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "username", &RegisterAgain::username, usernameBound),
                          field(3, "userId", &RegisterAgain::userId),
                          field(4, "deviceId", &RegisterAgain::deviceId),
                          field(5, "signature", &RegisterAgain::signature),
                          field(6, "password", &RegisterAgain::password),
                          field(7, "auth", &RegisterAgain::auth),
                          field(8, "rootSlot", &RegisterAgain::rootSlot, slotBound),
                          field(9, "recoveryAuth", &RegisterAgain::recoveryAuth),
                          field(10, "profile", &RegisterAgain::profile, {limits::profile, 0}),
                          field(11, "lists", &RegisterAgain::lists,
                                {limits::deviceList, deviceListsPerFetch}),
                          field(12, "invite", &RegisterAgain::invite, inviteBound)};
    }
};

} // namespace impulse::protocol
