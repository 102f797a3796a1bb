#include "server/storage/GroupWriter.h"

#include <future>

namespace impulse::server {

namespace {

WriteFailure failureOf(SqlError error)
{
    return error == SqlError::Full ? WriteFailure::StorageFull : WriteFailure::Unavailable;
}

void sendBack(GroupWriter::Job& job, std::optional<WriteFailure> failure)
{
    // A full or closed box belongs to a submitter that is going away; the job goes with it.
    [[maybe_unused]] const bool taken = job.back->push({std::move(job.job), failure});
}

} // namespace

GroupWriter::GroupWriter(const QString& path, std::chrono::milliseconds emptyLogEvery,
                         std::shared_ptr<Metrics> metrics)
    : m_emptyLogEvery(emptyLogEvery), m_metrics(std::move(metrics)), m_inbox(queuedJobs)
{
    std::promise<QString> opened;
    auto result = opened.get_future();
    m_thread = std::thread([this, path, &opened] {
        work(path, [&opened](QString failure) { opened.set_value(std::move(failure)); });
    });
    m_failure = result.get();
}

GroupWriter::~GroupWriter()
{
    stop();
}

void GroupWriter::submit(Job job)
{
    ++m_metrics->writerQueue;
    if (auto refused = m_inbox.offer(std::move(job))) {
        --m_metrics->writerQueue;
        sendBack(*refused, WriteFailure::Unavailable);
    }
}

void GroupWriter::stop()
{
    m_inbox.close();
    if (m_thread.joinable())
        m_thread.join();
}

void GroupWriter::work(const QString& path, std::function<void(QString)> opened)
{
    const auto opening = SqlConnection::open(path, SqlConnection::Mode::ReadWrite);
    if (!opening) {
        m_inbox.close();
        opened(opening.error().message);
        return;
    }
    opened({});
    auto& connection = **opening;
    SqlStore store(connection);
    bool logIsEmpty = true;
    for (;;) {
        auto jobs = logIsEmpty ? m_inbox.waitAll() : m_inbox.waitAll(m_logEmptied + m_emptyLogEvery);
        if (jobs && jobs->empty())
            return;
        for (std::span<Job> rest = jobs ? *jobs : std::span<Job>(); !rest.empty();) {
            const auto group = rest.first(m_oneByOne ? 1 : std::min(groupSize, rest.size()));
            commit(connection, store, group);
            rest = rest.subspan(group.size());
        }
        logIsEmpty = emptyLogIfDue(connection);
    }
}

bool GroupWriter::emptyLogIfDue(SqlConnection& connection)
{
    const auto now = std::chrono::steady_clock::now();
    if (now < m_logEmptied + m_emptyLogEvery)
        return false;
    m_logEmptied = now;
    connection.clearFailure();
    // A reader in the middle of something only puts it off until the next time.
    Statement checkpoint(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    return checkpoint.next() && checkpoint.integer(0) == 0;
}

void GroupWriter::commit(SqlConnection& connection, SqlStore& store, std::span<Job> group)
{
    std::vector<std::optional<WriteFailure>> failures(group.size());
    const auto begun = std::chrono::steady_clock::now();
    const bool stored = runGroup(connection, store, group, failures);
    const auto took = std::chrono::steady_clock::now() - begun;
    m_metrics->commitTime.add(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    ++m_metrics->commits;
    m_metrics->committedJobs += group.size();
    m_metrics->writerQueue -= group.size();
    if (!stored) {
        const auto failure = failureOf(connection.error());
        connection.rollBack();
        std::fill(failures.begin(), failures.end(), failure);
    }
    m_oneByOne = !stored;
    for (std::size_t i = 0; i < group.size(); ++i)
        sendBack(group[i], failures[i]);
}

bool GroupWriter::runGroup(SqlConnection& connection, SqlStore& store, std::span<Job> group,
                           std::vector<std::optional<WriteFailure>>& failures)
{
    connection.clearFailure();
    if (!connection.execute("BEGIN IMMEDIATE"))
        return false;
    for (std::size_t i = 0; i < group.size(); ++i) {
        if (!connection.execute("SAVEPOINT job"))
            return false;
        const auto before = connection.failures();
        const auto verdict = group[i].job->run(store);
        const auto error = connection.error();
        // A job may have asked for the failure itself, which clears it.
        const bool failed = connection.failures() != before;
        if (failed) {
            failures[i] = failureOf(error);
            if (error != SqlError::Constraint && error != SqlError::Other)
                return false;
            connection.clearFailure();
        }
        const bool undo = failed || verdict == WriteJob::Verdict::Discard;
        if (undo && !connection.execute("ROLLBACK TO job"))
            return false;
        if (!connection.execute("RELEASE job"))
            return false;
    }
    return connection.execute("COMMIT");
}

} // namespace impulse::server
