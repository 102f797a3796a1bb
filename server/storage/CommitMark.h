#pragma once

#include "server/storage/SqlConnection.h"

#include <optional>

namespace impulse::server {

/// Tells whether a transaction was committed whose COMMIT had no answer, because the connection to
/// PostgreSQL broke. Each transaction of the writer leaves a value of its own in `meta`; after
/// reconnecting it is there or not. The lock for writing, which a connection takes again first,
/// waits until the old session has ended, so by then the outcome is decided.
///
/// pg_xact_status() would spare the row, but numbers of transactions that were lost in a crash are
/// given out again, and then it answers for another one.
///
/// SQLite's commits always have an answer. Lives on its connection's thread.
class CommitMark {
public:
    explicit CommitMark(SqlConnection& connection);

    /// The last write of a transaction. False: it failed.
    bool write();
    /// After a lost commit. Nothing: the database does not answer yet.
    std::optional<bool> wasCommitted();

private:
    SqlConnection& m_connection;
    /// Random, and a number.
    Bytes m_value;
    std::uint64_t m_count = 0;
};

} // namespace impulse::server
