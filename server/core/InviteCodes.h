#pragma once

#include "common/crypto/Rng.h"
#include "server/core/ports/Accounts.h"
#include "server/core/ports/Invites.h"

#include <string>

namespace impulse::server {

/// 128 random bits as base64url, for links.
std::string newInviteCode(crypto::Rng& rng);
InviteHash inviteHash(std::string_view code);

/// A code with which a person sets a new password is made as an invite's is.
ResetHash resetHash(std::string_view code);
inline constexpr std::uint64_t resetValidMs = std::uint64_t{24} * 3'600'000;

/// How long an invite is valid if nobody says otherwise.
inline constexpr std::uint64_t inviteDefaultMs = std::uint64_t{7} * 24 * 3'600'000;
inline constexpr std::uint64_t inviteMaxMs = std::uint64_t{366} * 24 * 3'600'000;
inline constexpr std::uint64_t inviteMaxUses = 1000;

} // namespace impulse::server
