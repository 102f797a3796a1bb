#pragma once

#include "server/core/ports/Conversations.h"
#include "server/storage/SqlConnection.h"

#include <span>
#include <unordered_map>

namespace impulse::server {

/// Events and counters that are to be written together before a commit: many rows in one statement.
/// Lives on its connection's thread.
struct GatheredEvents {
    struct Row {
        std::uint64_t id = 0;
        std::uint64_t conversation = 0;
        std::uint64_t seq = 0;
        std::uint64_t sender = 0;
        std::shared_ptr<const NewEvent> event;
    };
    struct Mark {
        std::uint64_t sender = 0;
        std::uint64_t senderSeq = 0;
        std::uint64_t seq = 0;
    };
    /// Row in `conversations` or in `senders`, with its new last number.
    using Counters = std::unordered_map<std::uint64_t, std::uint64_t>;

    std::vector<Row> rows;
    std::vector<Mark> marks;
    Counters logs;
    Counters senders;

    void clear();
    /// Writes everything and is empty afterwards. False: it failed.
    bool write(SqlConnection& connection);
};

} // namespace impulse::server
