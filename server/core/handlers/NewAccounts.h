#pragma once

#include "server/core/Services.h"

namespace impulse::server {

/// What a registration says of an account, taken out of `request`: Register or RegisterAgain.
template <class Request> NewAccount newAccountOf(const Services& services, Request& request)
{
    const auto now = services.clock.nowMs();
    NewAccount result;
    auto& account = result.account;
    account.userId = request.userId;
    account.username = std::move(request.username);
    account.password = request.password;
    account.passwordVerifier = services.credentials.makeVerifier(request.auth, services.rng);
    account.recoveryVerifier =
        services.credentials.makeVerifier(request.recoveryAuth, services.rng);
    account.lastSeenMs = now;
    result.rootSlot = std::move(request.rootSlot);
    result.profile = std::move(request.profile);
    result.createdMs = now;
    return result;
}

} // namespace impulse::server
