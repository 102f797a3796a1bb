#pragma once

#include "common/core/Ids.h"
#include "common/crypto/Password.h"
#include "common/protocol/AccountMessages.h"
#include "server/core/Limits.h"
#include "server/core/Metrics.h"
#include "server/core/ports/Mailboxes.h"

#include <atomic>
#include <memory>

namespace impulse::server {

/// Keys of the installation, read from key files beside the database. Read-only for every thread.
struct ServerKeys {
    ServerId serverId;
    /// Its public half is `serverId`.
    crypto::SignSecretKey signKey;
    /// Keys the verifiers of passwords and recovery codes (encryption.md 2.2); zeros if unset.
    crypto::Pepper pepper;
    /// Makes salts for names that nobody has (encryption.md 2.2).
    crypto::FakeSaltKey fakeSaltKey;
};

/// A setting that the operator changes while the server runs. Copies share it; any thread.
template <class T> class Live {
public:
    Live(T value) : m_value(std::make_shared<std::atomic<T>>(value)) {}

    operator T() const { return m_value->load(std::memory_order_relaxed); }
    void set(T value) const { m_value->store(value, std::memory_order_relaxed); }

private:
    std::shared_ptr<std::atomic<T>> m_value;
};

struct ServerSettings {
    Live<protocol::RegistrationPolicy> registration = protocol::RegistrationPolicy::Invite;
    IncarnationId incarnation;
    protocol::ServerLimits limits;
    /// Memory of a connection that does not read, above which no push takes it.
    std::size_t pushLimitBytes = std::size_t{2} << 20;
    /// Of that, what the connection itself and the last push take, 12 KB and 67 KB for the longest
    /// event, and what the allocator adds to a full queue.
    static constexpr std::size_t pushReserveBytes = std::size_t{128} << 10;
    /// Queued bytes above which the connection is closed.
    std::size_t queueLimitBytes = std::size_t{16} << 20;
    /// The oldest entries go first (encryption.md section 14, which names their number).
    MailboxBounds mailbox;
    /// Counted by the thread that has these settings.
    std::shared_ptr<Traffic> traffic = std::make_shared<Traffic>();
    /// What clients are told to stretch passwords with. Accounts with less are asked to upgrade.
    std::uint64_t passwordOps = 3;
    std::uint64_t passwordMem = std::uint64_t{256} << 20;
    /// How long after opening a restored server adopts what devices of two users agree on, and what
    /// one user alone has (encryption.md 8.3).
    std::uint64_t handInTogetherMs = 60'000;
    std::uint64_t handInAloneMs = 600'000;
    /// Told to clients when the server stops.
    std::uint64_t comeBackAfterMs = 1000;
};

} // namespace impulse::server
