#pragma once

#include "common/core/Ids.h"
#include "common/core/Result.h"

#include <QObject>

#include <functional>
#include <optional>
#include <vector>

/// The local database as the client core sees it. Values are opaque here: the core seals them
/// (encryption.md 1.5), the store never sees content or keys.
namespace impulse::client {

/// Sets of small records, each (key, value). All of them fit into memory, except SentFrame. A table's
/// number is what the database and the seal know it by, and is never used again.
enum class Table : std::uint8_t {
    /// What must be readable before unlocking; not sealed, nothing secret: account, server, slot.
    Profile = 1,
    Account = 2,
    Contact = 3,
    Conversation = 4,
    Session = 5,
    PreKey = 6,
    /// The directory log, in chunks.
    Directory = 7,
    DeviceList = 8,
    Outbox = 9,
    /// Ids that were asked for again and not yet received (encryption.md 3.5).
    Outstanding = 10,
    Draft = 11,
    /// Values that own devices share (encryption.md 4.5, subtypes from 16).
    Value = 12,
    /// Own events as they were sent, for 30 days. Read only when the server has lost some.
    SentFrame = 13,
};

struct Record {
    Table table = Table::Profile;
    Bytes key;
    Bytes value;
};

/// State of a message's delivery, kept beside the sealed row so that a mark costs one update.
enum class Mark : std::uint8_t { None, Delivered, Read };

/// One event of a conversation. Its key is (sender, id), remembered for ever.
struct EventRecord {
    ConversationId conversation;
    DeviceId sender;
    MessageId id;
    /// Place in the conversation: ascending (sortMs, id).
    std::uint64_t sortMs = 0;
    /// Set: this changes another event (edit, delete) and is no line of its own.
    std::optional<MessageId> target;
    Mark mark = Mark::None;
    Bytes value;
};

/// Changes that become durable together or not at all. Applied in this order: removals, records,
/// events, replaced events, marks.
struct WriteBatch {
    struct Removal {
        Table table;
        Bytes key;
    };
    struct EventKey {
        DeviceId sender;
        MessageId id;
    };
    struct MarkChange {
        ConversationId conversation;
        MessageId id;
        Mark mark;
    };
    std::vector<Removal> removals;
    /// All records of these tables with a lower key.
    std::vector<Removal> removalsBelow;
    std::vector<EventKey> eventRemovals;
    /// Inserted, or replaced by (table, key).
    std::vector<Record> records;
    /// Inserted; an event that is there already (sender, id) stays as it is.
    std::vector<EventRecord> events;
    /// Inserted, or replaced by (sender, id); a replaced event keeps the higher mark.
    std::vector<EventRecord> replacedEvents;
    /// Raises the marks of these events; never lowers one. Unknown events are ignored.
    std::vector<MarkChange> marks;

    bool isEmpty() const
    {
        return removals.empty() && removalsBelow.empty() && eventRemovals.empty() && records.empty() && events.empty() &&
               replacedEvents.empty() && marks.empty();
    }
};

/// A page of events that are lines of their own, ascending by (sortMs, id), and every event that
/// changes one of them.
struct EventPageRecords {
    std::vector<EventRecord> events;
    std::vector<EventRecord> changes;
};

struct PagePosition {
    std::uint64_t sortMs = 0;
    MessageId id;
};

enum class StoreError {
    /// Made by a newer version of the program; nothing was touched.
    NewerSchema,
    /// Damaged; nothing was overwritten.
    Corrupt,
    DiskFull,
    ReadOnly,
    Unavailable,
};

/// The local database. The object lives on the main thread; its work is done on the storage thread,
/// in the order of calls; every callback comes from the main thread's event loop, in the same
/// order, and is dropped if the store is destroyed first.
class ClientStore : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    template <class T> using Callback = std::function<void(Result<T, StoreError>)>;

    /// Opens or creates the database and upgrades it. First call.
    virtual void open(Callback<void> done) = 0;

    /// Queues a batch; one batch is one transaction (several may share one commit). `done` comes
    /// when it is durable. A batch that cannot be written (disk full) stays at the head of the
    /// queue and is tried again: nothing is skipped, nothing is reordered; trouble() tells
    /// meanwhile.
    virtual void write(WriteBatch batch, std::function<void()> done) = 0;

    /// All records of a table, ascending by key.
    virtual void load(Table table, Callback<std::vector<Record>> done) = 0;

    /// The last `limit` events before `before`, or of the whole conversation.
    virtual void readPage(const ConversationId& conversation, std::optional<PagePosition> before,
                          std::size_t limit, Callback<EventPageRecords> done) = 0;

    /// The events with these ids, whoever sent them; and every event that changes one of these ids,
    /// whether that is here or not.
    virtual void findEvents(const ConversationId& conversation, std::vector<MessageId> ids,
                            Callback<EventPageRecords> done) = 0;

    /// The events with this id in any conversation, themselves changes or not, without their
    /// changes.
    virtual void findAnywhere(const MessageId& id, Callback<std::vector<EventRecord>> done) = 0;

    /// Deletes everything, securely as far as the disk allows. The store can be used again as a new
    /// one.
    virtual void wipe(Callback<void> done) = 0;

Q_SIGNALS:
    /// Writing fails and is tried again.
    void trouble(impulse::client::StoreError error);
    /// What had failed is durable now.
    void recovered();
};

} // namespace impulse::client
