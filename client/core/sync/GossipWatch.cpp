#include "client/core/sync/GossipWatch.h"

#include "common/core/Logging.h"

namespace impulse::client {

namespace {

constexpr std::uint64_t dayMs = 24ull * 3600 * 1000;
/// A server that is online for so long and does not produce an entry withholds it.
constexpr std::uint64_t patienceMs = 10ull * 60 * 1000;
constexpr int checkEveryMs = 20'000;
/// A lying device can claim anything: the oldest claim is dropped for the next one.
constexpr std::size_t maxClaims = 100;
constexpr std::size_t maxForks = 20;

} // namespace

GossipWatch::GossipWatch(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
                         QObject* parent)
    : QObject(parent), m_state(state), m_session(session), m_directory(directory)
{
    m_timer.setInterval(checkEveryMs);
    connect(&m_timer, &QTimer::timeout, this, [this] { checkClaims().detach(); });
    connect(&session, &ServerSession::loggedIn, this, [this] {
        for (auto& claim : m_claims)
            claim.sinceMs = m_state.nowMs();
        if (!m_claims.empty())
            m_timer.start();
    });
    connect(&session, &ServerSession::loggedOut, this, [this] {
        m_timer.stop();
        const auto now = m_state.nowMs();
        for (auto& claim : m_claims)
            claim.waitedMs += now > claim.sinceMs ? now - claim.sinceMs : 0;
    });
}

void GossipWatch::clear()
{
    m_timer.stop();
    m_claims.clear();
    m_reporters.clear();
    m_warnedMs.clear();
}

void GossipWatch::note(const UserId& from, const crypto::DirectoryHead& theirs)
{
    switch (m_directory.directory().compare(theirs)) {
    case crypto::Gossip::Ok:
        return;
    case crypto::Gossip::Fork:
        warn(from, theirs);
        return;
    case crypto::Gossip::Fetch:
        break;
    }
    const bool known = std::ranges::any_of(
        m_claims, [&](const Claim& claim) { return claim.from == from && claim.head == theirs; });
    if (!known) {
        if (m_claims.size() >= maxClaims)
            m_claims.erase(m_claims.begin());
        m_claims.push_back({from, theirs, 0, m_state.nowMs()});
    }
    m_timer.start();
    checkClaims().detach();
}

Task<void> GossipWatch::checkClaims()
{
    if (m_checking)
        co_return;
    m_checking = true;
    const auto fetched = co_await m_directory.fetchLog();
    m_checking = false;
    if (!m_state.isLoaded() || !m_directory.isOpen())
        co_return;
    if (!fetched.ok() && fetched.error().code == ClientErrorCode::DirectoryForked)
        m_session.fail(fetched.error());
    // A server that names a newer entry and does not give it is judged like one that names none.
    if (!fetched.ok() && fetched.error().code != ClientErrorCode::NotThisServer)
        co_return;
    const auto now = m_state.nowMs();
    std::vector<Claim> waiting;
    for (const auto& claim : std::exchange(m_claims, {})) {
        const auto here = now > claim.sinceMs ? now - claim.sinceMs : 0;
        const auto gossip = m_directory.directory().compare(claim.head);
        if (gossip == crypto::Gossip::Ok)
            continue;
        if (gossip == crypto::Gossip::Fork || claim.waitedMs + here >= patienceMs)
            warn(claim.from, claim.head);
        else
            waiting.push_back(claim);
    }
    m_claims = std::move(waiting);
    if (m_claims.empty())
        m_timer.stop();
}

/// Graded by who says so: a lying device can cause it.
void GossipWatch::warn(const UserId& from, const crypto::DirectoryHead& theirs)
{
    qCWarning(lcClient) << "somebody sees another directory than this client, at position"
                        << theirs.seq;
    const auto* contact = m_state.contact(from);
    const bool own = from == m_state.self();
    if (!own && (!contact || contact->status != ContactStatus::Accepted))
        return;
    const auto now = m_state.nowMs();
    auto& last = m_warnedMs[from];
    if (last != 0 && now < last + dayMs)
        return;
    last = now;
    m_reporters.insert(from);
    keep(from, theirs);
    const bool verified = !own && contact->pin && contact->pin->verified;
    const auto name = own ? QString::fromStdString(m_state.profile->username)
                          : QString::fromStdString(contact->username);
    Q_EMIT warning(tr("The server shows you and %1 different directories.").arg(name),
                   own || verified || m_reporters.size() > 1);
}

/// Both values: what an operator or an expert compares.
void GossipWatch::keep(const UserId& from, const crypto::DirectoryHead& theirs)
{
    const auto& log = m_directory.directory();
    ForkRecord fork;
    fork.reporter = from;
    fork.noticedMs = m_state.nowMs();
    fork.seq = theirs.seq;
    fork.theirHead = theirs.head;
    fork.ownSeq = std::min(theirs.seq, log.seq());
    fork.ownHead = log.headAt(fork.ownSeq).value_or(Hash32());
    auto& forks = m_state.account.forks;
    forks.push_back(fork);
    if (forks.size() > maxForks)
        forks.erase(forks.begin());
    WriteBatch batch;
    m_state.stageAccount(batch);
    m_state.commit(std::move(batch));
}

} // namespace impulse::client
