#pragma once

#include "server/core/Services.h"

namespace impulse::server {

/// When a client may ask again, while a restored server takes back what it has lost.
std::uint64_t retryMs(const ServerSettings& settings);
inline protocol::Error retryAfter(std::uint64_t ms)
{
    auto error = refusal(protocol::ErrorCode::Unavailable);
    error.retryAfterMs = ms;
    return error;
}
inline protocol::Error retryLater(const ServerSettings& settings)
{
    return retryAfter(retryMs(settings));
}
/// In the transaction: Unavailable if the directory log must not grow now.
Outcome<protocol::Done> checkAppends(const Store& store, std::uint64_t retryMs);
/// The log has this person since a restore, the account has not come back yet.
bool isAwaited(const Store& store, const ServerId& server, const UserId& user);

/// Which of the logs that clients hand in after a restore the server adopts, and when it appends
/// again (encryption.md 8.3). What is handed in lies in the database; one of several I/O threads
/// decides. Lives on that thread.
class Recovery {
public:
    /// Opens now: the waiting times begin.
    explicit Recovery(Services& services)
        : m_services(services), m_openedMs(services.clock.elapsedMs())
    {
    }

    /// To be called every second.
    void tick();

private:
    Services& m_services;
    const std::uint64_t m_openedMs;
    bool m_running = false;
};

} // namespace impulse::server
