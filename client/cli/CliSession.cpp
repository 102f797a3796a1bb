#include "client/cli/CliSession.h"

#include "client/cli/Terminal.h"

#include <QTimer>

namespace impulse::cli {

using namespace client;

namespace {

/// How long a command stays for what is not its own purpose.
constexpr std::chrono::milliseconds settleTime{5'000};
/// Not everything that is waited for is told by a signal.
constexpr std::chrono::milliseconds pollTime{50};

} // namespace

CliSession::CliSession(ProfileFolder folder, Arguments arguments, const Output& output)
    : m_arguments(std::move(arguments)), m_output(output), m_folder(std::move(folder)),
      m_store(m_folder.databasePath())
{
    // The folder names the profile: a keychain is shared by all of them.
    const ClientPorts ports{.transport = m_transport,
                            .store = m_store,
                            .workers = m_workers,
                            .clock = m_clock,
                            .secrets = &m_secrets,
                            .notifier = nullptr,
                            .profileName = m_folder.path(),
                            .passwordCost = {}};
    m_client = std::make_unique<Client>(ports);
    connect(&connection(), &Connection::changed, this, &CliSession::wake);
    connect(&chats(), &Chats::messageChanged, this, &CliSession::wake);
    connect(&chats(), &Chats::outboxChanged, this, &CliSession::wake);
    connect(&chats(), &Chats::upToDate, this, &CliSession::wake);
    connect(&people(), &People::ownProfileChanged, this, &CliSession::wake);
    connect(&accounts(), &Accounts::securityWarning, this,
            [this](const QString& text, bool red) { m_output.printWarning(text, red); });
    connect(&accounts(), &Accounts::storageTrouble, this,
            [this](bool failing, ClientErrorCode code) {
                if (failing)
                    m_output.printWarning(QString::fromUtf8(describe(code)), false);
            });
}

CliSession::~CliSession() = default;

Outcome<ProfileState> CliSession::open()
{
    const auto start = [this](auto done) { accounts().open(std::move(done)); };
    co_return co_await ask<ProfileState>(start);
}

Outcome<> CliSession::requireAccount()
{
    ProfileState state = accounts().state();
    if (state == ProfileState::NoAccount)
        co_return fault(ExitCode::Usage,
                        QStringLiteral("this profile has no account: register or login first"));
    if (state == ProfileState::Removed)
        co_return fault(ExitCode::Refused,
                        QStringLiteral("this device was removed from its account"));
    if (state == ProfileState::Locked) {
        IMPULSE_CO_TRY(Password password,
                       obtainPassword(m_arguments.passwordFile, QStringLiteral("Password: "),
                                      QStringLiteral("--password-file")));
        const auto shared = std::make_shared<Password>(std::move(password));
        const auto start = [this, shared](auto done) {
            accounts().unlock(std::move(*shared), std::move(done));
        };
        IMPULSE_CO_CHECK(co_await ask<void>(start));
    }
    co_return Result<void, Fault>();
}

Result<ServerLink, Fault> CliSession::requireServer() const
{
    if (!m_arguments.server)
        return fault(ExitCode::Usage,
                     QStringLiteral("--server URL|LINK is needed to reach a server"));
    return *m_arguments.server;
}

Outcome<> CliSession::sync()
{
    const auto settled = [this] {
        switch (connection().state()) {
        case ConnectionState::Online:
        case ConnectionState::Offline:
        case ConnectionState::Stopped:
            return true;
        default:
            return false;
        }
    };
    const bool inTime = co_await waitFor(settled, m_arguments.timeout);
    if (!inTime)
        co_return fault(ExitCode::Network, QStringLiteral("the server did not answer in time"));
    if (connection().state() != ConnectionState::Online)
        co_return Failure{faultOf(connection().lastError())};
    co_await settle();
    co_return Result<void, Fault>();
}

Task<void> CliSession::settle()
{
    const auto settled = [this] {
        return connection().state() != ConnectionState::Online || m_client->isSettled();
    };
    co_await waitFor(settled, std::min(m_arguments.timeout, settleTime));
}

Outcome<PersonItem> CliSession::find(QString username)
{
    const auto start = [this, username](auto done) { people().find(username, std::move(done)); };
    auto found = co_await ask<PersonItem>(start);
    // Nobody of this name: the server's answer, not a mistake of the command line.
    if (!found && found.error().code == ExitCode::Usage)
        co_return fault(ExitCode::Refused, QStringLiteral("there is nobody named ") + username);
    co_return found;
}

Task<bool> CliSession::waitFor(std::function<bool()> condition,
                               std::optional<std::chrono::milliseconds> limit)
{
    if (condition())
        co_return true;
    const auto start = [this, condition, limit](std::function<void(bool)> done) {
        auto* timer = new QTimer(this);
        timer->setSingleShot(true);
        auto* poll = new QTimer(timer);
        connect(poll, &QTimer::timeout, this, &CliSession::wake);
        poll->start(pollTime);
        const auto finish = [this, timer, done](bool held) {
            timer->stop();
            timer->deleteLater();
            // `done` goes on with the command, which may wait again.
            m_waiting = nullptr;
            done(held);
        };
        connect(timer, &QTimer::timeout, this, [finish] { finish(false); });
        if (limit)
            timer->start(*limit);
        m_waiting = [condition, finish] {
            if (condition())
                finish(true);
        };
    };
    co_return co_await answerOf<bool>(this, start);
}

void CliSession::wake()
{
    // A copy: finishing replaces it.
    if (const auto waiting = m_waiting)
        waiting();
}

} // namespace impulse::cli
