#pragma once

#include "common/core/Ids.h"

#include <optional>
#include <vector>

namespace impulse::server {

/// One entry of the log (encryption.md 8.3).
struct DirectoryEntry {
    /// 1, 2, 3 …
    std::uint64_t seq = 0;
    Hash32 label;
    /// DLHASH of the list; zeros: the account was deleted.
    Hash32 listHash;
};

struct NewDirectoryEntry {
    /// Zeros: of a label that nobody has claimed again since a restore.
    UserId user;
    Hash32 label;
    Hash32 listHash;
    /// The list's bytes; empty for a deletion, and if it is not here yet.
    Bytes list;
    /// Devices of the list: from here on the account's current ones.
    std::vector<DeviceId> devices;
    std::uint64_t serverMs = 0;
};

/// An entry of one label.
struct LabelEntry {
    std::uint64_t seq = 0;
    Hash32 listHash;
    /// The list's bytes are here.
    bool hasList = false;
};

struct StoredList {
    Bytes list;
    Hash32 listHash;
};

/// A list and where it is in the log.
struct LoggedList {
    Bytes list;
    Hash32 listHash;
    std::uint64_t seq = 0;
};

/// The directory log, with every list ever published. See Store for threads and failures.
class DirectoryLog {
public:
    virtual ~DirectoryLog() = default;

    virtual std::uint64_t lastSeq() const = 0;
    /// Entries after a position, in order.
    virtual std::vector<DirectoryEntry> entries(std::uint64_t after, std::size_t limit) const = 0;
    /// Entries of this account, which is the version of its newest list (0: none). A deletion
    /// counts.
    virtual std::uint64_t version(const UserId& user) const = 0;
    /// The newest list. Nothing for unknown and deleted accounts, and if it is not here yet.
    virtual std::optional<StoredList> latest(const UserId& user) const = 0;
    /// The list that was the newest at a position of the log. Nothing if the account had none then.
    virtual std::optional<LoggedList> latestAt(const UserId& user, std::uint64_t seq) const = 0;
    /// Lists with a higher version, oldest first; deletions are left out.
    virtual std::vector<Bytes> lists(const UserId& user, std::uint64_t afterVersion,
                                     std::size_t limit) const = 0;
    /// Entries of this account that were appended at or after a time.
    virtual std::uint64_t countSince(const UserId& user, std::uint64_t sinceMs) const = 0;
    /// The account's current devices, ascending. None for deleted accounts.
    virtual std::vector<DeviceId> devices(const UserId& user) const = 0;

    /// Appends as the next of the log and of the account; returns the position.
    virtual std::uint64_t append(const NewDirectoryEntry& entry) = 0;

    // After a restore (encryption.md 8.3).

    /// Whose label this is; nothing if no account of this log has it.
    virtual std::optional<UserId> userOf(const Hash32& label) const = 0;
    /// Entries of a label, in order: item i is version i + 1.
    virtual std::vector<LabelEntry> history(const Hash32& label) const = 0;
    /// Fills in a list that was not here yet, with its devices if it is the newest of an account.
    virtual void supplyList(const Hash32& label, const Hash32& listHash, View list,
                            const std::vector<DeviceId>& devices) = 0;
    /// The entries of this label are this account's, which was inserted before.
    virtual void claim(const Hash32& label, const UserId& user) = 0;
};

} // namespace impulse::server
