#pragma once

#include "server/core/ports/EventBus.h"
#include "server/core/ports/Store.h"

#include <memory>

namespace impulse::server {

enum class WriteFailure {
    /// The disk is full.
    StorageFull,
    /// Another failure of the database, or too many jobs are waiting, or the writer is stopping.
    Unavailable
};

/// One piece of writing with its answer.
class WriteJob {
public:
    enum class Verdict {
        Keep,
        /// Refused: what it wrote is rolled back. finish() is called as for Keep.
        Discard
    };

    virtual ~WriteJob() = default;
    /// Once, on the writer thread, inside the transaction of its group and a savepoint of its own.
    /// What it adds to `out` is published after the commit, in the order of the commits; not if
    /// the job is discarded or fails.
    virtual Verdict run(Store& store, Deliveries& out) = 0;
    /// Once, on the I/O thread that submitted it, after the group's commit is durable. With a
    /// failure nothing of it was stored, and what run() found must not be used.
    virtual void finish(std::optional<WriteFailure> failure) = 0;
};

/// The way to the writer thread. One for each I/O thread, which calls it.
class Writer {
public:
    virtual ~Writer() = default;
    /// Jobs of one I/O thread run and finish in the order in which they were submitted, except that
    /// one may be refused while an earlier one waits for a database that does not answer; jobs of
    /// several finish in the order of their commits. Never calls finish() from inside. When the
    /// writer goes, jobs that never ran are finished with Unavailable or, at the very end, deleted.
    virtual void submit(std::unique_ptr<WriteJob> job) = 0;
};

} // namespace impulse::server
