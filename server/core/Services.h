#pragma once

#include "common/core/Clock.h"
#include "server/core/Credentials.h"
#include "server/core/DeliveryRouter.h"
#include "server/core/HandInDraft.h"
#include "server/core/LogHeads.h"
#include "server/core/RateLimiter.h"
#include "server/core/Refusal.h"
#include "server/core/ServerSettings.h"

namespace impulse::server {

/// What handlers work with. Lives on its I/O thread.
struct Services {
    const ServerSettings& settings;
    const ServerKeys& keys;
    const Store& store;
    Writer& writer;
    const Clock& clock;
    crypto::Rng& rng;
    RateLimiter& limiter;
    DeliveryRouter& router;
    EventBus& bus;
    const Credentials& credentials;
    LogHeads& logHeads;
    HandInBytes handInBytes;
    /// Gone when the server has gone: answers of late writes are then dropped.
    std::shared_ptr<const int> alive = std::make_shared<const int>(0);
};

} // namespace impulse::server
