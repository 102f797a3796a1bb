#pragma once

#include "common/core/Inbox.h"
#include "common/core/Wakeup.h"
#include "server/app/BackupDraft.h"
#include "server/app/ChatHost.h"
#include "server/app/ControlServer.h"
#include "server/storage/OperatorQueries.h"

#include <QThreadPool>

namespace impulse::server {

/// What the commands need of the running program. Called on the main thread.
struct ControlTarget {
    QString dataFolder;
    StorageAddress storage{QString()};
    /// Live until close().
    std::vector<ChatHost*> hosts;
    std::shared_ptr<Metrics> metrics;
    /// A link for the code of an invite.
    std::function<QString(const QString& code)> inviteLink;
    /// Sentences if nothing was changed.
    std::function<Result<void, QStringList>()> reload;
    /// Threads that make no progress, as Vitals names them.
    std::function<QStringList()> stuckThreads;
    /// Stops or begins accepting connections.
    std::function<void(bool accept)> setAccepting;
};

/// The commands of `impulse-server ctl`. Lives on the main thread; long work is done on threads of
/// its own with connections of their own, changes of accounts by the writer. Nothing waits for it.
class ControlCommands final : public QObject {
    Q_OBJECT

public:
    explicit ControlCommands(ControlTarget target, QObject* parent = nullptr);
    /// Waits for what is at work.
    ~ControlCommands() override;

    /// Before the I/O threads end: nothing is asked of them any more, and nothing begun.
    void close();
    /// After close(): false if something is at work for longer than a moment. What it has written
    /// is taken away then, for the process to end.
    bool finish();

    void run(const QStringList& command, const QJsonObject& options, ControlReplyPtr reply);

private:
    using Read = std::function<QJsonObject(SqlConnection&)>;
    using Then = std::function<void()>;

    bool runUser(const QStringList& command, const QJsonObject& options, ControlReplyPtr& reply);
    bool runInvite(const QStringList& command, const QJsonObject& options, ControlReplyPtr& reply);
    void listUsers(const QJsonObject& options, ControlReplyPtr reply);
    void setDisabled(const QString& name, bool disabled, ControlReplyPtr reply);
    void resetPassword(const QString& name, ControlReplyPtr reply);
    void deleteUser(const QString& name, const QJsonObject& options, ControlReplyPtr reply);
    void createInvite(const QJsonObject& options, ControlReplyPtr reply);
    void listInvites(const QJsonObject& options, ControlReplyPtr reply);
    void revokeInvite(const QString& id, ControlReplyPtr reply);
    void stats(ControlReplyPtr reply);
    void health(ControlReplyPtr reply);
    void sessions(ControlReplyPtr reply);
    void drain(const QJsonObject& options, ControlReplyPtr reply);
    void reload(ControlReplyPtr reply);
    void backup(const QString& path, const QJsonObject& options, ControlReplyPtr reply);
    void integrity(ControlReplyPtr reply);

    /// On a thread of the pool with a connection that only reads; the answer is sent here.
    void query(ControlReplyPtr reply, Read read);
    /// Finds the person by name, then goes on here.
    void withUser(const QString& name, ControlReplyPtr reply,
                  std::function<void(const UserRow&)> then);
    void inPool(std::function<Then()> work);
    /// One at a time, on a thread that yields to chat.
    void atLeisure(std::function<Then()> work);
    /// What is done when a write has come back: an answer, or why not.
    Operations::Done answer(ControlReplyPtr reply, QJsonObject result);
    /// On the main thread, soon. Any thread.
    void back(Then then);
    void answerWaiting();
    /// For what the writer does or the bus carries: any I/O thread will do.
    void onOneHost(ChatHost::Task task);
    void onAllHosts(const ChatHost::Task& task);

    ControlTarget m_target;
    BackupDraft m_draft;
    QThreadPool m_pool;
    /// Its thread does nothing else: what was made less urgent may not become urgent again.
    QThreadPool m_leisure;
    Wakeup m_wakeup;
    Inbox<Then> m_back;
};

} // namespace impulse::server
