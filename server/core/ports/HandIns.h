#pragma once

#include "server/core/ports/DirectoryLog.h"

namespace impulse::server {

/// Where a restored server is in taking back what it has lost.
struct RestoreStatus {
    /// When it was put back; 0: never.
    std::uint64_t restoredMs = 0;
    /// End of the log as the backup has it.
    std::uint64_t baseSeq = 0;
    /// End of the log when the last entries were adopted.
    std::uint64_t endSeq = 0;
    /// It appends again.
    bool isOpen = true;

    /// Nothing may be appended yet.
    bool isClosed() const { return restoredMs != 0 && !isOpen; }
};

/// An entry that a client handed in.
struct HandedEntry {
    DirectoryEntry entry;
    /// Head of the log at it, and before it.
    Hash32 head;
    Hash32 parent;
};

struct HandedListRow {
    UserId user;
    Bytes list;
};

/// Where the log of a device ends.
struct HandedPosition {
    DeviceId device;
    UserId user;
    Hash32 head;
};

/// What clients hand in after a restore (encryption.md 8.3). See Store for threads and failures.
class HandIns {
public:
    virtual ~HandIns() = default;

    virtual RestoreStatus status() const = 0;
    virtual bool isKnown(const Hash32& head) const = 0;
    /// All entries, in the order of their positions.
    virtual std::vector<HandedEntry> entries() const = 0;
    /// How many entries this user was the first to bring.
    virtual std::uint64_t countOf(const UserId& user) const = 0;
    virtual std::vector<HandedPosition> positions() const = 0;
    virtual std::optional<HandedListRow> list(const Hash32& listHash) const = 0;

    /// The log ends here now; `isOpen`: it may grow again.
    virtual void setProgress(std::uint64_t baseSeq, std::uint64_t endSeq, bool isOpen) = 0;
    /// Nothing happens if it is known.
    virtual void add(const HandedEntry& entry, const UserId& from) = 0;
    virtual void addList(const Hash32& listHash, const HandedListRow& list) = 0;
    /// Replaces the one that this device stated before.
    virtual void setPosition(const HandedPosition& position) = 0;
    /// Deletes entries, lists and positions.
    virtual void clear() = 0;
};

} // namespace impulse::server
