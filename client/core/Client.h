#pragma once

#include "client/core/Accounts.h"
#include "client/core/Chats.h"
#include "client/core/Connection.h"
#include "client/core/People.h"
#include "common/crypto/Primitives.h"

#include <memory>

namespace impulse {
class Clock;
}

namespace impulse::client {

class ClientStore;
class Notifier;
class SecretStore;
class Transport;
class WorkerPool;

/// What a client needs from outside. All on the main thread; they outlive the client.
struct ClientPorts {
    Transport& transport;
    ClientStore& store;
    WorkerPool& workers;
    const Clock& clock;
    /// None: the password is asked at every start.
    SecretStore* secrets = nullptr;
    Notifier* notifier = nullptr;
    /// Distinguishes profiles in the keychain.
    QString profileName;
    /// How new passwords are stretched.
    crypto::Argon2Params passwordCost = {};
    /// How long something may be late before "messages may be missing" is said, milliseconds
    /// (encryption.md 4.4).
    int gapPatienceMs = 60'000;
    /// How long an event that was asked for again is not mentioned at all, milliseconds
    /// (encryption.md 3.5).
    int placeholderMs = 30'000;
};

/// The client without a window: one profile, one account. It only builds and connects its parts.
/// Main thread.
class Client : public QObject {
    Q_OBJECT
public:
    explicit Client(const ClientPorts& ports, QObject* parent = nullptr);
    ~Client() override;

    Accounts& accounts();
    Connection& connection();
    People& people();
    Chats& chats();

    /// Online, people included in what is up to date, and nothing that could be sent now waits:
    /// messages, changes, marks, the profile, who is accepted or blocked. A program that ends before
    /// leaves it to its next start.
    bool isSettled() const;

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace impulse::client
