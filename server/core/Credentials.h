#pragma once

#include "server/core/RateLimiter.h"
#include "server/core/Refusal.h"
#include "server/core/ServerSettings.h"
#include "server/core/ports/Accounts.h"

namespace impulse::server {

/// Login secrets: their verifiers, and the counting of failures (encryption.md 2.2). Lives on its
/// I/O thread.
class Credentials {
public:
    Credentials(const ServerKeys& keys, RateLimiter& limiter);

    Verifier makeVerifier(const protocol::WireSecret& secret, crypto::Rng& rng) const;
    /// The same for every asking of a name that nobody has, and unlike that of any other server.
    protocol::Salt fakeSalt(std::string_view username) const;

    enum class Kind { Password, Recovery };
    /// Unauthorized or RateLimited. A null verifier (nobody has the name) takes the same work and
    /// counts as a failure in the same way.
    Outcome<protocol::Done> check(Kind kind, std::string_view username, const std::string& address,
                                  const Verifier* verifier,
                                  const protocol::WireSecret& secret) const;

    /// The same count for logins by signature, which no stranger can use up for an account.
    std::optional<std::uint64_t> waitForAddress(const std::string& address) const;
    void countFailure(const std::string& address) const;

private:
    Hash32 valueOf(const protocol::Salt& salt, const protocol::WireSecret& secret) const;

    const ServerKeys& m_keys;
    RateLimiter& m_limiter;
    /// Compared with where there is none.
    Verifier m_nobody;
};

} // namespace impulse::server
