#pragma once

#include "common/core/Inbox.h"
#include "server/core/Metrics.h"
#include "server/core/ports/Writer.h"
#include "server/storage/Checkpointer.h"
#include "server/storage/CommitMark.h"
#include "server/storage/SqlStore.h"

#include <QString>

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <thread>

namespace impulse::server {

/// A job on its way back to the thread that submitted it.
struct FinishedJob {
    std::unique_ptr<WriteJob> job;
    std::optional<WriteFailure> failure;
};

/// Where the jobs of one submitter go when they are done.
using FinishedJobs = Inbox<FinishedJob>;

/// The writer thread: owns the only write connection and commits in groups. It takes everything
/// that is queued, runs it in one transaction, each job that writes more than events in a
/// savepoint, commits once (one fsync), and only then sends the jobs back, in order, and publishes
/// what they have for others.
///
/// A job that fails alone (it breaks a constraint) is undone alone. If the database gives the
/// transaction up, as on a full disk or with a lost connection, the whole group fails; then jobs
/// get a transaction each until one is stored again, so that a small write is not refused together
/// with a large one. While another program has the database locked, everything that has come in
/// is refused together, after one wait.
///
/// If the connection broke during COMMIT, nobody knows whether the group was stored. It is kept,
/// and neither acknowledged nor refused, until the database answers again and tells; what comes in
/// meanwhile is refused at once. If the server is stopped before that, the group is refused too:
/// clients send it again, and find it stored or not, as after a crash.
class GroupWriter final {
public:
    struct Job {
        std::unique_ptr<WriteJob> job;
        /// Outlives the writer.
        FinishedJobs* back = nullptr;
    };

    struct Options {
        std::chrono::milliseconds emptyLogEvery = std::chrono::minutes(1);
        /// False: each job gets a transaction of its own, for comparison.
        bool group = true;
    };

    /// The database was prepared. Opens it on the new thread; failure() tells how that went.
    /// `options.emptyLogEvery`: what was written, and so what was erased, stays readable in the
    /// write-ahead log of SQLite at most this long; then it is emptied. `publisher` outlives it.
    explicit GroupWriter(const StorageAddress& address, Publisher& publisher,
                         const Options& options = defaults(),
                         std::shared_ptr<Metrics> metrics = std::make_shared<Metrics>());
    /// Commits what is queued, then ends the thread.
    ~GroupWriter();
    GroupWriter(const GroupWriter&) = delete;
    GroupWriter& operator=(const GroupWriter&) = delete;

    /// Of the constructor; an empty message is success.
    const QString& failure() const { return m_failure; }

    /// Any thread. If too much is queued or the writer is stopping, the job goes back at once.
    void submit(Job job);

    /// Commits what is queued and ends the thread; later jobs are refused. Blocks.
    void stop();

    /// Jobs of one transaction.
    static constexpr std::size_t groupSize = 2048;
    static constexpr std::size_t queuedJobs = 65536;

private:
    // A default argument cannot use the initialisers of a class that is not complete.
    static Options defaults() { return {}; }
    using Clock = std::chrono::steady_clock;

    /// What the writer thread works with.
    struct Database;
    enum class Stored { Yes, No, Locked, Unknown };
    struct Unsettled {
        std::vector<Job> jobs;
        std::vector<std::optional<WriteFailure>> failures;
        Deliveries out;
    };

    void work(const StorageAddress& address, std::function<void(QString)> opened);
    Stored commit(Database& database, std::span<Job> group);
    /// Not begun, not stored, and none of the writer's time is spent on them.
    void refuse(std::span<Job> group);
    /// Failures of single jobs go to `failures`.
    Stored runGroup(Database& database, std::span<Job> group,
                    std::vector<std::optional<WriteFailure>>& failures, Deliveries& out);
    /// Waits for another program's lock: 5 s, or once if the writer is stopping.
    Stored begin(SqlConnection& connection);
    /// Asks what became of the group that is kept. False: the database does not answer.
    bool settle(Database& database);
    /// Of the group that is kept.
    void settleAs(bool stored);
    void count(std::size_t jobs, bool stored, Clock::duration took);

    /// What is to be done with the log between two groups: little, or the checkpointer does it.
    void keepLog(SqlConnection& connection, Checkpointer& checkpointer);
    /// When the log needs care although nothing comes in. Nothing: it is empty.
    std::optional<Clock::time_point> nextCare() const;
    /// Moves what the checkpointer has left, after which the log begins anew; with `empty` it is
    /// cut to nothing as well. False: not now.
    static bool turnLogOver(SqlConnection& connection, bool empty);

    /// To each submitter its own, in order.
    static void sendBack(std::span<Job> group,
                         const std::vector<std::optional<WriteFailure>>& failures);

    Publisher& m_publisher;
    const Options m_options;
    const std::shared_ptr<Metrics> m_metrics;
    Inbox<Job> m_inbox;
    QString m_failure;
    /// SQLite's. Outlives the connections.
    std::optional<SyncedFile> m_file;
    /// Of the writer thread: the last group was lost.
    bool m_oneByOne = false;
    std::optional<Unsettled> m_unsettled;
    /// Of the writer thread: what was committed since the log was cut to nothing, and since the
    /// checkpointer was last asked to move it.
    std::size_t m_jobsInLog = 0;
    std::size_t m_jobsUnmoved = 0;
    Clock::time_point m_emptyAt;
    Clock::time_point m_moveAt;
    std::thread m_thread;
};

} // namespace impulse::server
