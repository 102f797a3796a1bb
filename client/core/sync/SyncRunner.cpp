#include "client/core/sync/SyncRunner.h"

#include "client/core/account/AccountKeys.h"
#include "common/core/Logging.h"

namespace impulse::client {

SyncRunner::SyncRunner(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
                       ServerRestore& restore, HistoryRepair& repair, Inbound& inbound,
                       Outbox& outbox, Healer& healer, PeopleService& people, QObject* parent)
    : QObject(parent), m_state(state), m_session(session), m_directory(directory),
      m_restore(restore), m_repair(repair), m_inbound(inbound), m_outbox(outbox), m_healer(healer),
      m_people(people)
{
    connect(&session, &ServerSession::loggedIn, this, [this] { run().detach(); });
    connect(&session, &ServerSession::loggedOut, this, [this] {
        ++m_run;
        m_healer.stop();
    });
    connect(&session.link(), &ServerConnection::pushed, this, &SyncRunner::takePush);
    connect(&directory, &DirectoryKeeper::devicesLeft, this, [this] {
        // Else the run that is going on ends the backlog.
        if (m_session.state() == ConnectionState::Online)
            readBacklog().detach();
    });
    connect(this, &SyncRunner::upToDate, &directory, &DirectoryKeeper::endBacklog);
    connect(&inbound, &Inbound::rolledBack, this, [this] { m_replacePrekeys = true; });
}

void SyncRunner::takePush(const protocol::AnyPush& push)
{
    if (!m_session.isLoggedIn())
        return;
    if (const auto* entry = std::get_if<protocol::DirectoryPush>(&push))
        m_directory.takePush(*entry);
    m_inbound.takePush(push);
    m_people.takePush(push);
}

Task<void> SyncRunner::run()
{
    const int run = ++m_run;
    m_done = false;
    const auto result = co_await bringUp();
    if (run != m_run)
        co_return;
    if (!result.ok()) {
        m_session.fail(result.error());
        co_return;
    }
    m_session.setUpToDate();
    m_healer.start();
    m_outbox.run();
    m_repair.pruneFrames();
    Q_EMIT upToDate();
    co_await m_people.sync();
    if (run == m_run)
        m_done = true;
}

Task<void> SyncRunner::readBacklog()
{
    const int run = m_run;
    auto result = co_await readLogs();
    if (result.ok())
        result = co_await m_inbound.catchUpMailbox();
    if (result.ok() && run == m_run)
        m_directory.endBacklog();
}

Task<Result<void, ClientError>> SyncRunner::bringUp()
{
    auto result = co_await m_restore.settle();
    if (!result.ok())
        co_return result;
    result = co_await m_directory.sync();
    if (!result.ok())
        co_return result;
    result = co_await keepPrekeys();
    if (!result.ok())
        co_return result;
    if (m_restore.isNewLife()) {
        result = co_await m_repair.run();
        if (!result.ok())
            co_return result;
    }
    result = co_await readLogs();
    if (!result.ok())
        co_return result;
    result = co_await m_inbound.catchUpMailbox();
    if (!result.ok())
        co_return result;
    if (m_replacePrekeys) {
        result = co_await keepPrekeys();
        if (!result.ok())
            co_return result;
    }
    // The backlog has been read: what only it needed can go (encryption.md 1.4).
    m_state.sessions().expireKeys(m_state.nowMs());
    WriteBatch batch;
    m_state.stageSessions(batch);
    m_state.commit(std::move(batch));
    co_return Result<void, ClientError>();
}

Task<Result<void, ClientError>> SyncRunner::keepPrekeys()
{
    const protocol::GetPrekeyStatus request;
    const auto status = co_await m_session.link().request(this, request);
    if (!status.ok())
        co_return Failure{status.error().error};
    std::vector<std::uint32_t> ids;
    for (const auto id : status->oneTimePrekeyIds)
        ids.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(id, UINT32_MAX)));
    auto plan = m_state.sessions().changePrekeys().plan(
        static_cast<std::uint32_t>(std::min<std::uint64_t>(status->signedPrekeyId, UINT32_MAX)),
        ids, m_state.nowMs());
    if (m_replacePrekeys) {
        plan.replaceSigned = true;
        plan.replaceOneTime = true;
        plan.newOneTime = e2ee::prekeyLimits::batch;
    }
    if (plan.isEmpty())
        co_return Result<void, ClientError>();
    auto upload = makePrekeys(m_state, plan.replaceSigned, plan.replaceOneTime, plan.newOneTime);
    if (!upload.ok())
        co_return Failure{ClientError{ClientErrorCode::Internal}};
    const protocol::UploadPrekeys keys = std::move(upload).value();
    // The secrets are on the disk before anybody can use the public halves.
    WriteBatch batch;
    m_state.stageSessions(batch);
    co_await m_state.committed(this, std::move(batch));
    const auto uploaded = co_await m_session.link().request(this, keys);
    if (!uploaded.ok()) {
        if (!uploaded.error().refusal)
            co_return Failure{uploaded.error().error};
        qCWarning(lcClient) << "prekeys were refused";
        co_return Result<void, ClientError>();
    }
    m_replacePrekeys = false;
    co_return Result<void, ClientError>();
}

Task<Result<void, ClientError>> SyncRunner::readLogs()
{
    protocol::Sync request;
    for (;;) {
        request.positions.clear();
        for (const auto& [id, conversation] : m_state.conversations) {
            if (request.after && id <= *request.after)
                continue;
            if (request.positions.size() == protocol::conversationsPerSync)
                break;
            request.positions.push_back({id, conversation.position});
        }
        const auto answer = co_await m_session.link().request(this, request);
        if (!answer.ok())
            co_return Failure{answer.error().error};
        // It once named a number that it had not reached: what is there is read again, which
        // repeats nothing.
        const auto newest = answer->mailboxLast;
        if (newest != 0 && newest < m_state.account.mailboxPosition)
            m_state.account.mailboxPosition = 0;
        for (const auto& head : answer->conversations) {
            if (head.conversationId != m_state.directConversation(head.peer))
                continue;
            const auto& conversation = m_state.obtainConversation(head.peer);
            if (head.lastSeq <= conversation.position)
                continue;
            const auto read = co_await m_inbound.catchUp(head.conversationId);
            if (!read.ok())
                co_return read;
        }
        if (!answer->more || answer->conversations.empty())
            break;
        // Ascending, or it would never end.
        const auto last = answer->conversations.back().conversationId;
        if (request.after && last <= *request.after)
            co_return Failure{ClientError{ClientErrorCode::NotThisServer}};
        request.after = last;
    }
    co_return Result<void, ClientError>();
}

} // namespace impulse::client
