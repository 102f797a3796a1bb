#pragma once

#include "client/cli/Arguments.h"
#include "client/cli/Output.h"
#include "client/core/Client.h"
#include "client/core/ThreadWorkerPool.h"
#include "client/core/async/Task.h"
#include "client/net/WebSocketTransport.h"
#include "client/storage/KeychainSecretStore.h"
#include "client/storage/ProfileFolder.h"
#include "client/storage/SqlClientStore.h"
#include "common/core/Clock.h"

namespace impulse::cli {

/// What a command waits for, in the end.
template <class T = void> using Outcome = client::Task<Result<T, Fault>>;

/// One profile with its client, as long as the command runs. Main thread.
class CliSession : public QObject {
    Q_OBJECT
public:
    /// The ports of `folder`, which must be the caller's profile.
    CliSession(client::ProfileFolder folder, Arguments arguments, const Output& output);
    ~CliSession() override;

    const Arguments& arguments() const { return m_arguments; }
    const Output& output() const { return m_output; }
    client::Accounts& accounts() { return m_client->accounts(); }
    client::Chats& chats() { return m_client->chats(); }
    client::People& people() { return m_client->people(); }
    client::Connection& connection() { return m_client->connection(); }

    /// Opens the profile.
    Outcome<client::ProfileState> open();
    /// An account that is open: asks for the password if the keychain does not have the key.
    Outcome<> requireAccount();
    /// The server given by --server; a usage error without one.
    Result<client::ServerLink, Fault> requireServer() const;
    /// Everything that the server has is here. Fails at the first failed try to connect; people's
    /// names and profiles are waited for, but not insisted on.
    Outcome<> sync();
    /// Waits a while until what this command caused is with the server, marks and profile too.
    client::Task<void> settle();
    /// The person of this username.
    Outcome<client::PersonItem> find(QString username);

    /// An operation of the client, its error as a Fault. `start` gets the callback.
    template <class T, class Start> Outcome<T> ask(Start start)
    {
        using Answer = Result<T, client::ClientError>;
        const auto begin = [start](std::function<void(Answer)> done) { start(std::move(done)); };
        Answer answer = co_await client::answerOf<Answer>(this, begin);
        co_return orFault<T>(std::move(answer));
    }

    /// Waits until `condition` holds; it is tried again at each wake() and many times a second.
    /// False if that was not within `limit`.
    client::Task<bool> waitFor(std::function<bool()> condition,
                               std::optional<std::chrono::milliseconds> limit);
    void wake();

private:
    const Arguments m_arguments;
    const Output& m_output;
    client::ProfileFolder m_folder;
    SystemClock m_clock;
    client::ThreadWorkerPool m_workers;
    client::KeychainSecretStore m_secrets;
    client::SqlClientStore m_store;
    client::WebSocketTransport m_transport;
    std::unique_ptr<client::Client> m_client;
    std::function<void()> m_waiting;
};

} // namespace impulse::cli
