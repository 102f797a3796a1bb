#include "server/storage/GroupWriter.h"

#include "common/core/Logging.h"

#include <algorithm>
#include <future>

namespace impulse::server {

namespace {

/// Each job writes about a page and a half: 30 to 50 MiB, or what a second brings.
constexpr std::size_t moveJobs = 8192;
constexpr std::chrono::milliseconds moveEvery(1000);
/// While the log waits to be emptied, or a group for the database to answer.
constexpr std::chrono::milliseconds lookAgain(50);
/// For a lock of another program: how long SQLite waits, and how often it is asked to.
constexpr auto shortWait = "PRAGMA busy_timeout = 500";
/// What a large job may have to undo is kept in memory: a full or missing folder for temporary
/// files is no reason to refuse it.
constexpr auto undoInMemory = "PRAGMA temp_store = MEMORY";
constexpr int lockAttempts = 10;

WriteFailure failureOf(SqlError error)
{
    return error == SqlError::Full ? WriteFailure::StorageFull : WriteFailure::Unavailable;
}

} // namespace

struct GroupWriter::Database {
    explicit Database(SqlConnection& opened) : connection(opened), store(opened), mark(opened) {}

    SqlConnection& connection;
    SqlStore store;
    CommitMark mark;
};

GroupWriter::GroupWriter(const StorageAddress& address, Publisher& publisher,
                         const Options& options, std::shared_ptr<Metrics> metrics)
    : m_publisher(publisher), m_options(options), m_metrics(std::move(metrics)), m_inbox(queuedJobs)
{
    if (!address.isPostgreSql())
        m_file.emplace(address.path);
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
    ++m_metrics->writerQueue;
    if (auto refused = m_inbox.offer(std::move(job))) {
        --m_metrics->writerQueue;
        sendBack({&*refused, 1}, {WriteFailure::Unavailable});
    }
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
    Database database(connection);
    // PostgreSQL looks after its log by itself.
    std::optional<Checkpointer> checkpointer;
    if (!address.isPostgreSql()) {
        connection.execute(shortWait);
        connection.execute(undoInMemory);
        checkpointer.emplace(address.path, *m_file);
    }
    for (;;) {
        const auto care = nextCare();
        auto jobs = care ? m_inbox.waitAll(*care) : m_inbox.waitAll();
        if (jobs && jobs->empty()) {
            if (!settle(database))
                settleAs(false);
            return;
        }
        for (std::span<Job> rest = jobs ? *jobs : std::span<Job>(); !rest.empty();) {
            const auto group =
                rest.first(m_oneByOne || !m_options.group ? 1 : std::min(groupSize, rest.size()));
            const auto stored = commit(database, group);
            rest = rest.subspan(group.size());
            if (stored == Stored::Locked) {
                refuse(rest);
                break;
            }
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
        settle(database);
    }
}

std::optional<GroupWriter::Clock::time_point> GroupWriter::nextCare() const
{
    if (m_unsettled)
        return Clock::now() + lookAgain;
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
    connection.execute(shortWait);
    return done;
}

GroupWriter::Stored GroupWriter::commit(Database& database, std::span<Job> group)
{
    // What is stored next may build on what is not known yet.
    if (!settle(database)) {
        refuse(group);
        return Stored::No;
    }
    std::vector<std::optional<WriteFailure>> failures(group.size());
    Deliveries out;
    const auto begun = Clock::now();
    const auto stored = runGroup(database, group, failures, out);
    count(group.size(), stored == Stored::Yes, Clock::now() - begun);
    m_oneByOne = stored == Stored::No || stored == Stored::Unknown;
    if (stored != Stored::Yes) {
        const auto failure = failureOf(database.connection.error());
        database.connection.rollBack();
        if (stored == Stored::Unknown) {
            m_unsettled.emplace(Unsettled{
                {std::make_move_iterator(group.begin()), std::make_move_iterator(group.end())},
                std::move(failures),
                std::move(out)});
            settle(database);
            return stored;
        }
        out.clear();
        std::ranges::fill(failures, failure);
    }
    sendBack(group, failures);
    if (!out.empty())
        m_publisher.publish(std::move(out));
    return stored;
}

void GroupWriter::refuse(std::span<Job> group)
{
    m_metrics->writerQueue -= group.size();
    sendBack(group,
             std::vector<std::optional<WriteFailure>>(group.size(), WriteFailure::Unavailable));
}

bool GroupWriter::settle(Database& database)
{
    if (!m_unsettled)
        return true;
    const auto stored = database.mark.wasCommitted();
    if (!stored)
        return false;
    qCInfo(lcStorage) << "the commit that the connection was lost in was"
                      << (*stored ? "done" : "not done");
    if (*stored)
        m_metrics->committedJobs += m_unsettled->jobs.size();
    settleAs(*stored);
    return true;
}

void GroupWriter::settleAs(bool stored)
{
    auto group = *std::exchange(m_unsettled, std::nullopt);
    if (!stored) {
        group.out.clear();
        std::ranges::fill(group.failures, WriteFailure::Unavailable);
    }
    sendBack(group.jobs, group.failures);
    if (!group.out.empty())
        m_publisher.publish(std::move(group.out));
}

void GroupWriter::count(std::size_t jobs, bool stored, Clock::duration took)
{
    using namespace std::chrono;
    auto& metrics = *m_metrics;
    if (stored) {
        metrics.commitTime.add(
            static_cast<std::uint64_t>(duration_cast<microseconds>(took).count()));
        metrics.committedJobs += jobs;
    }
    ++metrics.groups;
    metrics.writerQueue -= jobs;
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

GroupWriter::Stored GroupWriter::begin(SqlConnection& connection)
{
    for (int attempt = 1;; ++attempt) {
        connection.clearFailure();
        if (connection.begin())
            return Stored::Yes;
        if (connection.isPostgreSql() || connection.error() != SqlError::Busy)
            return Stored::No;
        if (attempt == lockAttempts || m_inbox.isClosed())
            return Stored::Locked;
    }
}

GroupWriter::Stored GroupWriter::runGroup(Database& database, std::span<Job> group,
                                          std::vector<std::optional<WriteFailure>>& failures,
                                          Deliveries& out)
{
    auto& connection = database.connection;
    if (const auto begun = begin(connection); begun != Stored::Yes)
        return begun;
    for (std::size_t i = 0; i < group.size(); ++i) {
        connection.beginJob();
        const auto before = connection.failures();
        const auto delivered = static_cast<std::ptrdiff_t>(out.size());
        const auto verdict = group[i].job->run(database.store, out);
        const auto error = connection.error();
        // A job may have asked for the failure itself, which clears it.
        const bool failed = connection.failures() != before;
        if (failed) {
            failures[i] = failureOf(error);
            if (error != SqlError::Constraint && error != SqlError::Other)
                return Stored::No;
            connection.clearFailure();
        }
        const bool keep = !failed && verdict == WriteJob::Verdict::Keep;
        if (!keep)
            out.erase(out.begin() + delivered, out.end());
        if (!connection.endJob(keep))
            return Stored::No;
    }
    if (!database.store.flush() || !database.mark.write())
        return Stored::No;
    if (connection.commit())
        return Stored::Yes;
    return connection.error() == SqlError::Lost ? Stored::Unknown : Stored::No;
}

} // namespace impulse::server
