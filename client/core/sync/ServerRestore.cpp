#include "client/core/sync/ServerRestore.h"

#include "common/core/Logging.h"

namespace impulse::client {

namespace {

/// The server decides ten minutes after it opened (encryption.md 8.3, appendix A), at its next
/// tick.
constexpr std::uint64_t patienceMs = 11ull * 60 * 1000;
constexpr std::uint64_t shortestPauseMs = 50;
constexpr std::uint64_t longestPauseMs = 10'000;
constexpr std::size_t entrySize = crypto::DirectoryEntry::wireSize;

} // namespace

ServerRestore::ServerRestore(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
                             QObject* parent)
    : QObject(parent), m_state(state), m_session(session), m_directory(directory)
{
    session.setBeforeLogin([this] { return handIn(); });
}

bool ServerRestore::isNewLife() const
{
    return m_state.isLoaded() && m_session.link().isOpen() &&
           m_state.account.incarnation != m_session.link().hello().incarnation;
}

Task<void> ServerRestore::pause(std::uint64_t ms)
{
    const auto wait =
        static_cast<int>(std::clamp<std::uint64_t>(ms, shortestPauseMs, longestPauseMs));
    auto waiting = answerOf<bool>(this, [this, wait](std::function<void(bool)> done) {
        QTimer::singleShot(wait, this, [done = std::move(done)] { done(true); });
    });
    co_await waiting;
}

/// First where the log ends, then what is wanted. On one connection: it ends with the refusal.
Task<CallResult<protocol::HandIn>> ServerRestore::handInAll(bool withLists)
{
    const auto head = m_directory.directory().head();
    protocol::HandIn request;
    request.seq = head.seq;
    request.head = head.head;
    auto answer = co_await m_session.link().request(this, request);
    if (!answer.ok() || !m_directory.isOpen())
        co_return answer;
    const bool wanted = answer->state == protocol::HandInState::Wanted;
    const auto listsAfter = answer->listsAfter;
    for (auto at = answer->after; wanted && at < head.seq;) {
        const auto page = m_directory.entriesAfter(at, protocol::handInEntriesPerRequest);
        request.entries = toBytes(page);
        at += page.size() / entrySize;
        answer = co_await m_session.link().request(this, request);
        if (!answer.ok() || !m_directory.isOpen())
            co_return answer;
    }
    request.entries.clear();
    if (!wanted && !withLists)
        co_return answer;
    const auto lists = m_directory.listsAfter(listsAfter);
    for (std::size_t at = 0; at < lists.size(); at += protocol::handInListsPerRequest) {
        const auto end = std::min(lists.size(), at + protocol::handInListsPerRequest);
        request.lists.assign(lists.begin() + static_cast<std::ptrdiff_t>(at),
                             lists.begin() + static_cast<std::ptrdiff_t>(end));
        answer = co_await m_session.link().request(this, request);
        if (!answer.ok())
            co_return answer;
    }
    co_return answer;
}

Task<void> ServerRestore::handIn()
{
    if (!isNewLife() || !m_directory.isOpen())
        co_return;
    const auto answer = co_await handInAll(true);
    if (!answer.ok() && answer.error().refusal)
        qCWarning(lcClient) << "the server does not take the directory back: code"
                            << static_cast<int>(answer.error().refusal->code);
}

Task<Result<void, ClientError>> ServerRestore::settle()
{
    if (!m_directory.isUnsettled())
        co_return Result<void, ClientError>();
    const auto incarnation = m_session.link().hello().incarnation;
    const auto begun = m_state.nowMs();
    DirectoryKeeper::Comparison compared;
    for (;;) {
        const auto answer = co_await handInAll(false);
        if (!answer.ok() && !answer.error().refusal)
            co_return Failure{answer.error().error};
        // Whatever the server says, the logs themselves decide.
        const bool isUndecided = answer.ok() && answer->state != protocol::HandInState::OnLog;
        const auto now = m_state.nowMs();
        const bool mayWait = now >= begun && now - begun < patienceMs;
        if (!isUndecided || !mayWait) {
            IMPULSE_CO_TRY(compared, co_await m_directory.compareLog());
            const bool isShorter =
                !compared.isForked && compared.common < m_directory.directory().seq();
            if (!isShorter || !mayWait || m_confirmedIn == incarnation)
                break;
        }
        co_await pause(answer.ok() ? answer->retryAfterMs : answer.error().error.retryAfterMs);
        if (!m_session.isLoggedIn() || !m_directory.isOpen())
            co_return Failure{ClientError{ClientErrorCode::ConnectionLost}};
    }
    const bool isWhole = compared.common == m_directory.directory().seq();
    if (!isWhole && m_confirmedIn != incarnation) {
        m_conflictIn = incarnation;
        co_return Failure{ClientError{ClientErrorCode::RestoreUnconfirmed}};
    }
    m_conflictIn = {};
    m_directory.settle(compared.common);
    if (isWhole)
        co_return Result<void, ClientError>();
    qCWarning(lcClient) << "the directory goes on from position" << compared.common;
    co_return co_await m_directory.publishLost();
}

void ServerRestore::confirm()
{
    m_confirmedIn = m_conflictIn;
    m_session.retryNow();
}

} // namespace impulse::client
