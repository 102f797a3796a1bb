#pragma once

#include "client/storage/Database.h"

/// The statements of ClientStore over one open database. Storage thread.
namespace impulse::client::tables {

/// All changes of a batch, inside the caller's transaction.
Result<void, StoreError> apply(const Database& database, const WriteBatch& batch);

Result<std::vector<Record>, StoreError> load(const Database& database, Table table);
Result<EventPageRecords, StoreError> readPage(const Database& database,
                                              const ConversationId& conversation,
                                              const std::optional<PagePosition>& before,
                                              std::size_t limit);
Result<EventPageRecords, StoreError> findEvents(const Database& database,
                                                const ConversationId& conversation,
                                                const std::vector<MessageId>& ids);
Result<std::vector<EventRecord>, StoreError> findAnywhere(const Database& database,
                                                          const MessageId& id);

/// Overwrites and deletes every row.
Result<void, StoreError> clear(const Database& database);

} // namespace impulse::client::tables
