#pragma once

#include "server/core/Services.h"

namespace impulse::server {

/// What is due now and then: events whose hour has come, old mailbox entries, used invites. Lives
/// on its I/O thread.
class Housekeeping {
public:
    explicit Housekeeping(Services& services) : m_services(services) {}

    /// To be called every second.
    void tick();

private:
    void run();

    Services& m_services;
    std::uint64_t m_nextMs = 0;
    bool m_running = false;
};

} // namespace impulse::server
