#include "server/core/Credentials.h"

namespace impulse::server {

Credentials::Credentials(const ServerKeys& keys, RateLimiter& limiter)
    : m_keys(keys), m_limiter(limiter)
{
}

Hash32 Credentials::valueOf(const protocol::Salt& salt, const protocol::WireSecret& secret) const
{
    const auto auth = crypto::AuthSecret::from(secret.expose());
    const auto value =
        crypto::makeVerifier(m_keys.pepper, *crypto::VerifierSalt::from(salt), *auth);
    return *Hash32::from(value);
}

Verifier Credentials::makeVerifier(const protocol::WireSecret& secret, crypto::Rng& rng) const
{
    const auto salt = crypto::random<protocol::Salt>(rng);
    return {salt, valueOf(salt, secret)};
}

protocol::Salt Credentials::fakeSalt(std::string_view username) const
{
    return *protocol::Salt::from(crypto::fakeServerSalt(m_keys.fakeSaltKey, username));
}

Outcome<protocol::Done> Credentials::check(Kind kind, std::string_view username,
                                           const std::string& address, const Verifier* verifier,
                                           const protocol::WireSecret& secret) const
{
    using enum Limit;
    const auto account = limitKey({view(username)});
    const auto both = limitKey({view(username), view(address)});
    auto wait = m_limiter.growingWaitMs(FailuresPerAccountAndAddress, both);
    if (!wait)
        wait = waitForAddress(address);
    // The recovery code cannot be guessed: strangers must not be able to lock its owner out.
    if (!wait && kind == Kind::Password)
        wait = m_limiter.waitMs(FailuresPerAccount, account);
    if (wait)
        return Failure{rateLimited(*wait)};
    const auto& compared = verifier ? *verifier : m_nobody;
    const bool same = crypto::equalConstantTime(valueOf(compared.salt, secret), compared.value);
    if (same && verifier) {
        // Who knows the secret has not been guessing.
        m_limiter.clear(FailuresPerAccountAndAddress, both);
        return protocol::Done{};
    }
    m_limiter.add(FailuresPerAccountAndAddress, both);
    if (kind == Kind::Password)
        m_limiter.add(FailuresPerAccount, account);
    countFailure(address);
    return Failure{refusal(protocol::ErrorCode::Unauthorized)};
}

std::optional<std::uint64_t> Credentials::waitForAddress(const std::string& address) const
{
    return m_limiter.waitMs(Limit::FailuresPerAddress, limitKey({view(address)}));
}

void Credentials::countFailure(const std::string& address) const
{
    m_limiter.add(Limit::FailuresPerAddress, limitKey({view(address)}));
}

} // namespace impulse::server
