#pragma once

#include "common/core/Wakeup.h"
#include "server/storage/GroupWriter.h"

#include <memory>

namespace impulse::server {

/// The way of one I/O thread to the writer thread, and of its jobs back. Lives on the I/O thread,
/// outlives its jobs in the GroupWriter: stop that one first.
class SqlWriter final : public Writer {
public:
    /// Finishes jobs by itself, in the thread's event loop.
    explicit SqlWriter(GroupWriter& writer);
    /// `wake` is called by the writer thread when there is something to finish.
    SqlWriter(GroupWriter& writer, std::function<void()> wake);

    void submit(std::unique_ptr<WriteJob> job) override;
    /// Finishes the jobs that have come back.
    void finishWaiting();

private:
    GroupWriter& m_writer;
    /// Null with a wake function of another's.
    const std::unique_ptr<Wakeup> m_wakeup;
    FinishedJobs m_finished;
};

} // namespace impulse::server
