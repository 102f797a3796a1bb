#pragma once

#include "client/core/ports/ClientStore.h"
#include "common/core/Inbox.h"

#include <QString>

#include <chrono>
#include <memory>
#include <semaphore>
#include <thread>
#include <variant>

namespace impulse::client {

class Database;

/// ClientStore in one SQLite file (see Database for what a commit survives), worked on by a thread
/// of its own. Writes that are queued together share one transaction.
///
/// Lives on the main thread. Its end waits until what is queued is written (one try) and closes the
/// file.
class SqlClientStore final : public ClientStore {
    Q_OBJECT
public:
    /// `retry` is the time between two tries to write what could not be written.
    explicit SqlClientStore(QString path,
                            std::chrono::milliseconds retry = std::chrono::milliseconds(1000),
                            QObject* parent = nullptr);
    ~SqlClientStore() override;

    void open(Callback<void> done) override;
    void write(WriteBatch batch, std::function<void()> done) override;
    void load(Table table, Callback<std::vector<Record>> done) override;
    void readPage(const ConversationId& conversation, std::optional<PagePosition> before,
                  std::size_t limit, Callback<EventPageRecords> done) override;
    void findEvents(const ConversationId& conversation, std::vector<MessageId> ids,
                    Callback<EventPageRecords> done) override;
    void findAnywhere(const MessageId& id, Callback<std::vector<EventRecord>> done) override;
    void wipe(Callback<void> done) override;

private:
    struct Write {
        WriteBatch batch;
        std::function<void()> done;
    };
    /// Runs on the storage thread.
    using Job = std::function<void()>;
    /// Runs on the main thread.
    using Report = std::function<void()>;

    void queue(std::variant<Write, Job> job);
    template <class T, class Read> void read(Callback<T> done, Read work);
    void report(Report what);
    void deliverReports();

    // Storage thread only.
    void work();
    void writeUntilDurable(std::vector<Write>& writes);
    Result<void, StoreError> tryWrite(const std::vector<Write>& writes) const;
    Result<void, StoreError> openDatabase();
    Result<void, StoreError> wipeDatabase();

    const QString m_path;
    const std::chrono::milliseconds m_retry;
    Inbox<std::variant<Write, Job>> m_jobs;
    Inbox<Report> m_reports;
    /// Released when this store ends: no more waiting for the disk.
    std::binary_semaphore m_ending{0};
    /// Storage thread only.
    std::unique_ptr<Database> m_database;
    std::thread m_thread;
};

} // namespace impulse::client
