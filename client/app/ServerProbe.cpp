#include "client/app/ServerProbe.h"

#include <QTimer>

namespace impulse::app {

using client::ClientErrorCode;
using ui::NameState;
using ui::ServerState;

namespace {

// The client core does one thing at a time; a question that comes in between waits a little.
constexpr int busyRetryMs = 300;
constexpr int busyTries = 20;

// Also where it had to give way to the person's own request: the answer is wanted all the same.
bool isBusy(const client::ClientError& error)
{
    return error.code == ClientErrorCode::Busy || error.code == ClientErrorCode::Cancelled;
}

} // namespace

ServerProbe::ServerProbe(client::Accounts& accounts, QObject* parent)
    : QObject(parent), m_accounts(accounts)
{
}

void ServerProbe::probe(const QString& text)
{
    ++m_generation;
    m_text = text;
    m_link.reset();
    m_info.reset();
    auto link = client::ServerLink::parse(text);
    if (!link) {
        Q_EMIT stateChanged(ServerState::BadAddress);
        return;
    }
    if (!link->tls && !link->isLoopback()) {
        Q_EMIT stateChanged(ServerState::Unencrypted);
        return;
    }
    m_link = *link;
    Q_EMIT stateChanged(ServerState::Searching);
    ask(m_generation);
}

void ServerProbe::ask(int generation)
{
    if (generation != m_generation || !m_link) {
        return;
    }
    const auto answer = [this, generation](Result<client::ServerInfo, client::ClientError> result) {
        if (generation != m_generation) {
            return;
        }
        if (result) {
            m_info = *result;
            m_link->serverId = result->serverId;
            Q_EMIT stateChanged(ServerState::Checked);
        } else if (isBusy(result.error())) {
            QTimer::singleShot(busyRetryMs, this, [this, generation] { ask(generation); });
        } else if (result.error().code == ClientErrorCode::ServerKeyChanged) {
            Q_EMIT stateChanged(ServerState::KeyChanged);
        } else {
            Q_EMIT stateChanged(ServerState::Unreachable);
        }
    };
    m_accounts.checkServer(*m_link, client::whileAlive(this, answer));
}

void ServerProbe::checkName(const QString& username)
{
    askName(++m_nameGeneration, username, busyTries);
}

void ServerProbe::askName(int generation, const QString& username, int triesLeft)
{
    if (generation != m_nameGeneration) {
        return;
    }
    if (!m_link) {
        Q_EMIT nameChecked(username, NameState::Unknown);
        return;
    }
    const auto answer = [this, generation, username,
                         triesLeft](Result<bool, client::ClientError> result) {
        if (generation != m_nameGeneration) {
            return;
        }
        if (!result && isBusy(result.error()) && triesLeft > 0) {
            QTimer::singleShot(busyRetryMs, this, [this, generation, username, triesLeft] {
                askName(generation, username, triesLeft - 1);
            });
            return;
        }
        // Without an answer the name is simply not known to be free; registering will tell.
        Q_EMIT nameChecked(username, !result     ? NameState::Unknown
                               : *result ? NameState::Free
                                         : NameState::Taken);
    };
    m_accounts.checkUsername(*m_link, username, client::whileAlive(this, answer));
}

std::optional<client::ServerLink> ServerProbe::linkFor(const QString& text) const
{
    if (m_link && text == m_text) {
        return m_link;
    }
    auto link = client::ServerLink::parse(text);
    if (!link || (!link->tls && !link->isLoopback())) {
        return std::nullopt;
    }
    return *link;
}

} // namespace impulse::app
