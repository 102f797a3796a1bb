#pragma once

#include "common/core/Inbox.h"
#include "server/storage/DatabaseFile.h"
#include "server/storage/SqlConnection.h"

#include <QString>

#include <functional>
#include <span>
#include <thread>

namespace impulse::server {

/// The writer thread: owns the only write connection and commits in groups. It takes everything that
/// is queued, runs each job in a savepoint of one transaction, commits once (one fsync), and only
/// then completes the jobs, in order.
class GroupWriter final {
public:
    enum class Outcome {
        /// Durable.
        Committed,
        /// Nothing of the job was stored: no space.
        Full,
        /// Nothing of the job was stored: the database does not answer, or is stopping.
        Failed
    };

    struct Job {
        /// Called on the writer thread, maybe more than once: if a group cannot be committed, its
        /// jobs are run again one by one. False: undo what it did, for it refused.
        std::function<bool(SqlConnection&)> run;
        /// Called once, on the writer thread.
        std::function<void(Outcome)> complete;
    };

    /// The database was prepared. Opens it on the new thread; failure() tells how that went.
    explicit GroupWriter(const QString& path);
    /// Commits what is queued, then ends the thread.
    ~GroupWriter();
    GroupWriter(const GroupWriter&) = delete;
    GroupWriter& operator=(const GroupWriter&) = delete;

    /// Of the constructor; an empty message is success.
    const QString& failure() const { return m_failure; }

    /// Any thread. False: too much is queued, or the writer is stopping; `job` is not completed.
    [[nodiscard]] bool submit(Job job) { return m_inbox.push(std::move(job)); }

    /// Commits what is queued and ends the thread; later jobs are refused. Blocks.
    void stop();

    /// Jobs of one transaction.
    static constexpr std::size_t groupSize = 2048;
    static constexpr std::size_t queuedJobs = 65536;

private:
    void work(const QString& path, std::function<void(QString)> opened);
    void commit(SqlConnection& connection, std::span<Job> group);
    bool runGroup(SqlConnection& connection, std::span<Job> group);

    Inbox<Job> m_inbox;
    QString m_failure;
    std::thread m_thread;
};

} // namespace impulse::server
