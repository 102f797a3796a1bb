#pragma once

#include "common/crypto/Primitives.h"

#include <string_view>

/// The password split into what the server may see and what it may not, and the server's half of
/// it (encryption.md 2.1, 2.2).
namespace impulse::crypto {

using ServerSalt = Fixed<struct ServerSaltTag, 16>;
/// What Argon2id made of the password; wiped at once.
using StretchedPassword = Secret<struct StretchedTag, 32>;
/// Sent to the server at a password login.
using AuthSecret = Secret<struct AuthTag, 32>;
/// Never leaves the device: key of the password slot.
using WrapKey = Secret<struct WrapKeyTag, 32>;

struct PasswordKeys {
    AuthSecret auth;
    WrapKey wrap;
};

/// Bounds within which a client follows the server's parameters.
inline constexpr std::uint64_t minOps = 2;
inline constexpr std::uint64_t maxOps = 10;
inline constexpr std::uint64_t minMem = std::uint64_t{64} << 20;
inline constexpr std::uint64_t maxMem = std::uint64_t{1} << 30;
/// WeakParameters outside these bounds.
Result<void> checkParams(const Argon2Params& params);

/// [a-z0-9][a-z0-9._-]{1,31}
bool isUsername(std::string_view name);

/// Binds the salt to server and username, so that a server cannot choose a common one. Malformed
/// for something that is not a username.
Result<Argon2Salt> passwordSalt(const ServerId& server, std::string_view username,
                                const ServerSalt& serverSalt);
PasswordKeys splitPassword(const StretchedPassword& stretched);

/// The whole way from `password` (NFC, UTF-8) to its keys. Takes a second and 256 MiB by default:
/// not for an event-loop thread. WeakParameters, Malformed, LimitExceeded (no memory).
Result<PasswordKeys> derivePassword(Input password, std::string_view username,
                                    const ServerId& server, const ServerSalt& serverSalt,
                                    const Argon2Params& params);

/// 32 bytes in a key file outside the database; zeros if unset.
using Pepper = Secret<struct PepperTag, 32>;
using VerifierSalt = Fixed<struct VerifierSaltTag, 16>;
using Verifier = Fixed<struct VerifierTag, 32>;
/// A secret of the server that makes the salts of unknown usernames.
using FakeSaltKey = Secret<struct FakeSaltKeyTag, 32>;

/// What the server stores of `auth` and of the recovery code's `rauth`.
template <class Tag>
Verifier makeVerifier(const Pepper& pepper, const VerifierSalt& salt, const Secret<Tag, 32>& secret)
{
    return kdf32<Verifier>(pepper, label::pwVerifier, salt, secret);
}

/// The salt of a username that does not exist: always the same, and like a real one.
ServerSalt fakeServerSalt(const FakeSaltKey& key, std::string_view username);

} // namespace impulse::crypto
