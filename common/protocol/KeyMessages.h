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

} // namespace impulse::protocol
