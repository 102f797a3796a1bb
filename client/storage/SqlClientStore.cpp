#include "client/storage/SqlClientStore.h"

#include "client/storage/Database.h"
#include "client/storage/Tables.h"

#include <QFile>
#include <QPointer>

namespace impulse::client {

SqlClientStore::SqlClientStore(QString path, std::chrono::milliseconds retry, QObject* parent)
    : ClientStore(parent), m_path(std::move(path)), m_retry(retry),
      // What waits here is bounded by the core: it takes in no more than it can hold.
      m_jobs(SIZE_MAX), m_reports(SIZE_MAX, [this] {
          QMetaObject::invokeMethod(this, &SqlClientStore::deliverReports, Qt::QueuedConnection);
      })
{
    m_thread = std::thread([this] { work(); });
}

SqlClientStore::~SqlClientStore()
{
    m_jobs.close();
    m_ending.release();
    m_thread.join();
}

void SqlClientStore::queue(std::variant<Write, Job> job)
{
    const bool taken = m_jobs.push(std::move(job));
    Q_ASSERT(taken);
}

void SqlClientStore::open(Callback<void> done)
{
    queue(Job([this, done = std::move(done)] {
        report([done, result = openDatabase()] { done(result); });
    }));
}

void SqlClientStore::write(WriteBatch batch, std::function<void()> done)
{
    queue(Write{std::move(batch), std::move(done)});
}

template <class T, class Read> void SqlClientStore::read(Callback<T> done, Read work)
{
    queue(Job([this, done = std::move(done), work = std::move(work)] {
        Result<T, StoreError> result = Failure{StoreError::Unavailable};
        if (m_database)
            result = work(*m_database);
        report([done, result = std::move(result)] { done(result); });
    }));
}

void SqlClientStore::load(Table table, Callback<std::vector<Record>> done)
{
    read(std::move(done),
         [table](const Database& database) { return tables::load(database, table); });
}

void SqlClientStore::readPage(const ConversationId& conversation,
                              std::optional<PagePosition> before, std::size_t limit,
                              Callback<EventPageRecords> done)
{
    read(std::move(done), [conversation, before, limit](const Database& database) {
        return tables::readPage(database, conversation, before, limit);
    });
}

void SqlClientStore::findEvents(const ConversationId& conversation, std::vector<MessageId> ids,
                                Callback<EventPageRecords> done)
{
    read(std::move(done), [conversation, ids = std::move(ids)](const Database& database) {
        return tables::findEvents(database, conversation, ids);
    });
}

void SqlClientStore::findAnywhere(const MessageId& id, Callback<std::vector<EventRecord>> done)
{
    read(std::move(done),
         [id](const Database& database) { return tables::findAnywhere(database, id); });
}

void SqlClientStore::wipe(Callback<void> done)
{
    queue(Job([this, done = std::move(done)] {
        report([done, result = wipeDatabase()] { done(result); });
    }));
}

void SqlClientStore::report(Report what)
{
    const bool taken = m_reports.push(std::move(what));
    Q_ASSERT(taken);
}

void SqlClientStore::deliverReports()
{
    const QPointer<SqlClientStore> self(this);
    auto reports = m_reports.takeAll();
    for (auto& what : reports) {
        // A callback may have ended this store.
        if (!self)
            return;
        what();
    }
}

void SqlClientStore::work()
{
    std::vector<Write> writes;
    for (auto jobs = m_jobs.waitAll(); !jobs.empty(); jobs = m_jobs.waitAll()) {
        for (auto& job : jobs) {
            if (auto* write = std::get_if<Write>(&job)) {
                writes.push_back(std::move(*write));
            } else {
                writeUntilDurable(writes);
                std::get<Job>(job)();
            }
        }
        writeUntilDurable(writes);
    }
    m_database.reset();
}

void SqlClientStore::writeUntilDurable(std::vector<Write>& writes)
{
    if (writes.empty())
        return;
    bool failed = false;
    for (auto result = tryWrite(writes); !result; result = tryWrite(writes)) {
        if (!failed)
            report([this, error = result.error()] { Q_EMIT trouble(error); });
        failed = true;
        if (m_ending.try_acquire_for(m_retry)) {
            m_ending.release();
            writes.clear();
            return;
        }
    }
    if (failed)
        report([this] { Q_EMIT recovered(); });
    for (auto& write : writes) {
        if (write.done)
            report(std::move(write.done));
    }
    writes.clear();
}

Result<void, StoreError> SqlClientStore::tryWrite(const std::vector<Write>& writes) const
{
    if (!m_database)
        return Failure{StoreError::Unavailable};
    IMPULSE_CHECK(m_database->begin());
    Result<void, StoreError> result;
    for (std::size_t i = 0; i < writes.size() && result; ++i)
        result = tables::apply(*m_database, writes[i].batch);
    if (result)
        result = m_database->commit();
    if (!result)
        m_database->rollback();
    return result;
}

Result<void, StoreError> SqlClientStore::openDatabase()
{
    m_database.reset();
    IMPULSE_TRY(m_database, Database::open(m_path));
    return {};
}

Result<void, StoreError> SqlClientStore::wipeDatabase()
{
    if (m_database) {
        IMPULSE_CHECK(tables::clear(*m_database));
        // Closing carries the overwritten pages from the WAL into the file before both go.
        m_database.reset();
    }
    for (const char* suffix : {"", "-wal", "-shm"}) {
        QFile file(m_path + QLatin1String(suffix));
        if (file.exists() && !file.remove())
            return Failure{StoreError::ReadOnly};
    }
    return openDatabase();
}

} // namespace impulse::client
