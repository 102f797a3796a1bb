#pragma once

#include "client/core/ports/ClientStore.h"
#include "tests/support/Catch.h"

#include <QCoreApplication>
#include <QDeadlineTimer>

#include <memory>
#include <optional>

namespace impulse::client::test {

/// Runs the event loop until `condition` holds; false after `limitMs`.
template <class Condition> bool waitUntil(Condition condition, int limitMs = 10'000)
{
    const QDeadlineTimer deadline(limitMs);
    while (!condition() && !deadline.hasExpired())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 20);
    return condition();
}

/// Calls `start` with a callback and returns what the callback got.
template <class T, class Start> Result<T, StoreError> await(Start start)
{
    const auto answer = std::make_shared<std::optional<Result<T, StoreError>>>();
    start([answer](Result<T, StoreError> result) { *answer = std::move(result); });
    REQUIRE(waitUntil([&] { return answer->has_value(); }));
    return std::move(**answer);
}

inline Result<void, StoreError> open(ClientStore& store)
{
    return await<void>([&](auto done) { store.open(done); });
}

inline void write(ClientStore& store, WriteBatch batch)
{
    const auto durable = std::make_shared<bool>(false);
    store.write(std::move(batch), [durable] { *durable = true; });
    REQUIRE(waitUntil([&] { return *durable; }));
}

inline std::vector<Record> load(ClientStore& store, Table table)
{
    auto records = await<std::vector<Record>>([&](auto done) { store.load(table, done); });
    REQUIRE(records.ok());
    return std::move(*records);
}

inline EventPageRecords readPage(ClientStore& store, const ConversationId& conversation,
                                 std::optional<PagePosition> before, std::size_t limit)
{
    auto page = await<EventPageRecords>(
        [&](auto done) { store.readPage(conversation, before, limit, done); });
    REQUIRE(page.ok());
    return std::move(*page);
}

/// An id whose last byte is `number`.
template <class Id> Id idOf(std::uint8_t number)
{
    Id id;
    id.data()[Id::size() - 1] = number;
    return id;
}

inline EventRecord event(std::uint8_t id, std::uint64_t sortMs, std::string_view value)
{
    EventRecord record;
    record.conversation = idOf<ConversationId>(1);
    record.sender = idOf<DeviceId>(1);
    record.id = idOf<MessageId>(id);
    record.sortMs = sortMs;
    record.value = toBytes(view(value));
    return record;
}

} // namespace impulse::client::test
