#include "server/storage/GroupWriter.h"

#include <future>

namespace impulse::server {

GroupWriter::GroupWriter(const QString& path) : m_inbox(queuedJobs)
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

void GroupWriter::stop()
{
    m_inbox.close();
    if (m_thread.joinable())
        m_thread.join();
}

void GroupWriter::work(const QString& path, std::function<void(QString)> opened)
{
    const auto connection = SqlConnection::open(path, SqlConnection::Mode::ReadWrite);
    if (!connection) {
        opened(connection.error().message);
        return;
    }
    opened({});
    for (;;) {
        auto jobs = m_inbox.waitAll();
        if (jobs.empty())
            return;
        for (std::span<Job> rest(jobs); !rest.empty();) {
            const auto group = rest.first(std::min(groupSize, rest.size()));
            commit(**connection, group);
            rest = rest.subspan(group.size());
        }
    }
}

void GroupWriter::commit(SqlConnection& connection, std::span<Job> group)
{
    if (runGroup(connection, group)) {
        for (auto& job : group)
            job.complete(Outcome::Committed);
        return;
    }
    const auto error = connection.error();
    // SQLite has undone the transaction by itself after some errors; then this fails, rightly.
    connection.execute("ROLLBACK");
    if (group.size() > 1) {
        for (auto& job : group)
            commit(connection, {&job, 1});
        return;
    }
    group.front().complete(error == SqlError::Full ? Outcome::Full : Outcome::Failed);
}

bool GroupWriter::runGroup(SqlConnection& connection, std::span<Job> group)
{
    connection.clearFailure();
    if (!connection.execute("BEGIN IMMEDIATE"))
        return false;
    for (auto& job : group) {
        if (!connection.execute("SAVEPOINT job"))
            return false;
        const bool keep = job.run(connection);
        if (connection.failed())
            return false;
        if (!keep && !connection.execute("ROLLBACK TO job"))
            return false;
        if (!connection.execute("RELEASE job"))
            return false;
    }
    return connection.execute("COMMIT");
}

} // namespace impulse::server
