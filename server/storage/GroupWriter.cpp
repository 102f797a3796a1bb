#include "server/storage/GroupWriter.h"

#include <algorithm>
#include <future>

namespace impulse::server {

namespace {

/// Each job writes about a page and a half: 30 to 50 MiB, or what a second brings.
constexpr std::size_t moveJobs = 8192;
constexpr std::chrono::milliseconds moveEvery(1000);
/// While the log waits to be emptied.
constexpr std::chrono::milliseconds lookAgain(50);

WriteFailure failureOf(SqlError error)
{
    return error == SqlError::Full ? WriteFailure::StorageFull : WriteFailure::Unavailable;
}

} // namespace

GroupWriter::GroupWriter(const StorageAddress& address, Publisher& publisher,
                         const Options& options)
    : m_publisher(publisher), m_options(options), m_inbox(queuedJobs)
{
    std::promise<QString> opened;
    auto result = opened.get_future();
    m_thread = std::thread([this, address, &opened] {
        work(address, [&opened](QString failure) { opened.set_value(std::move(failure)); });
    });
    m_failure = result.get();
}

GroupWriter::~GroupWriter()
{
    stop();
}

void GroupWriter::submit(Job job)
{
    if (auto refused = m_inbox.offer(std::move(job)))
        sendBack({&*refused, 1}, {WriteFailure::Unavailable});
}

void GroupWriter::stop()
{
    m_inbox.close();
    if (m_thread.joinable())
        m_thread.join();
}

void GroupWriter::work(const StorageAddress& address, std::function<void(QString)> opened)
{
    const auto opening = SqlConnection::open(address, SqlConnection::Mode::ReadWrite);
    const auto locked = opening ? (*opening)->lockForWriting() : Failure{opening.error()};
    if (!locked) {
        m_inbox.close();
        opened(locked.error().message);
        return;
    }
    opened({});
    auto& connection = **opening;
    SqlStore store(connection);
    // PostgreSQL looks after its log by itself.
    std::optional<Checkpointer> checkpointer;
    if (!address.isPostgreSql())
        checkpointer.emplace(address.path);
    for (;;) {
        const auto care = nextCare();
        auto jobs = care ? m_inbox.waitAll(*care) : m_inbox.waitAll();
        if (jobs && jobs->empty())
            return;
        for (std::span<Job> rest = jobs ? *jobs : std::span<Job>(); !rest.empty();) {
            const auto group =
                rest.first(m_oneByOne || !m_options.group ? 1 : std::min(groupSize, rest.size()));
            commit(connection, store, group);
            rest = rest.subspan(group.size());
            if (!checkpointer)
                continue;
            if (m_jobsInLog == 0)
                m_emptyAt = Clock::now() + m_options.emptyLogEvery;
            m_jobsInLog += group.size();
            m_jobsUnmoved += group.size();
            keepLog(connection, *checkpointer);
        }
        if (checkpointer)
            keepLog(connection, *checkpointer);
    }
}

std::optional<GroupWriter::Clock::time_point> GroupWriter::nextCare() const
{
    if (m_jobsInLog == 0)
        return std::nullopt;
    const auto due = m_jobsUnmoved > 0 ? std::min(m_moveAt, m_emptyAt) : m_emptyAt;
    return std::max(due, Clock::now() + lookAgain);
}

void GroupWriter::keepLog(SqlConnection& connection, Checkpointer& checkpointer)
{
    const auto now = Clock::now();
    const bool toBeEmptied = m_jobsInLog > 0 && now >= m_emptyAt;
    if (checkpointer.takeTurnOver()) {
        const bool emptied = turnLogOver(connection, toBeEmptied);
        if (toBeEmptied && emptied)
            m_jobsInLog = 0;
        else if (toBeEmptied)
            m_emptyAt = now + lookAgain;
    }
    const bool moreToMove = m_jobsUnmoved > 0 || (toBeEmptied && m_jobsInLog > 0);
    if (m_jobsUnmoved >= moveJobs || (moreToMove && now >= m_moveAt)) {
        m_jobsUnmoved = 0;
        m_moveAt = now + (toBeEmptied ? lookAgain : moveEvery);
        checkpointer.request();
    }
}

bool GroupWriter::turnLogOver(SqlConnection& connection, bool empty)
{
    connection.clearFailure();
    // Without waiting: a reader in the middle of something puts it off until the next time.
    connection.execute("PRAGMA busy_timeout = 0");
    bool done = false;
    {
        Statement rest(connection, empty ? "PRAGMA wal_checkpoint(TRUNCATE)"
                                         : "PRAGMA wal_checkpoint(PASSIVE)");
        done = rest.next() && rest.integer(0) == 0;
    }
    connection.execute("PRAGMA busy_timeout = 5000");
    return done;
}

void GroupWriter::commit(SqlConnection& connection, SqlStore& store, std::span<Job> group)
{
    std::vector<std::optional<WriteFailure>> failures(group.size());
    Deliveries out;
    const bool stored = runGroup(connection, store, group, failures, out);
    if (!stored) {
        out.clear();
        const auto failure = failureOf(connection.error());
        connection.rollBack();
        std::fill(failures.begin(), failures.end(), failure);
    }
    m_oneByOne = !stored;
    sendBack(group, failures);
    if (!out.empty())
        m_publisher.publish(std::move(out));
}

void GroupWriter::sendBack(std::span<Job> group,
                           const std::vector<std::optional<WriteFailure>>& failures)
{
    // A few I/O threads: looking through them is quicker than a map.
    struct Returned {
        FinishedJobs* back;
        std::vector<FinishedJob> jobs;
    };
    std::vector<Returned> returned;
    for (std::size_t i = 0; i < group.size(); ++i) {
        auto found = std::ranges::find(returned, group[i].back, &Returned::back);
        if (found == returned.end()) {
            returned.push_back({group[i].back, {}});
            found = returned.end() - 1;
        }
        found->jobs.push_back({std::move(group[i].job), failures[i]});
    }
    // A closed box belongs to a submitter that is going away; the jobs go with it.
    for (auto& one : returned)
        one.back->pushSome(std::move(one.jobs));
}

bool GroupWriter::runGroup(SqlConnection& connection, SqlStore& store, std::span<Job> group,
                           std::vector<std::optional<WriteFailure>>& failures, Deliveries& out)
{
    connection.clearFailure();
    if (!connection.begin())
        return false;
    for (std::size_t i = 0; i < group.size(); ++i) {
        connection.beginJob();
        const auto before = connection.failures();
        const auto delivered = static_cast<std::ptrdiff_t>(out.size());
        const auto verdict = group[i].job->run(store, out);
        const auto error = connection.error();
        // A job may have asked for the failure itself, which clears it.
        const bool failed = connection.failures() != before;
        if (failed) {
            failures[i] = failureOf(error);
            if (error != SqlError::Constraint && error != SqlError::Other)
                return false;
            connection.clearFailure();
        }
        const bool keep = !failed && verdict == WriteJob::Verdict::Keep;
        if (!keep)
            out.erase(out.begin() + delivered, out.end());
        if (!connection.endJob(keep))
            return false;
    }
    return store.flush() && connection.commit();
}

} // namespace impulse::server
