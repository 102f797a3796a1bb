#include "common/crypto/Password.h"

#include "common/core/Limits.h"

#include <algorithm>

namespace impulse::crypto {

Result<void> checkParams(const Argon2Params& params)
{
    if (params.ops < minOps || params.ops > maxOps || params.mem < minMem || params.mem > maxMem)
        return Failure{CryptoError::WeakParameters};
    return {};
}

bool isUsername(std::string_view name)
{
    const auto isAlphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    return name.size() >= limits::usernameMin && name.size() <= limits::usernameMax &&
           isAlphanumeric(name.front()) && std::ranges::all_of(name, [&](char c) {
               return isAlphanumeric(c) || c == '.' || c == '_' || c == '-';
           });
}

Result<Argon2Salt> passwordSalt(const ServerId& server, std::string_view username,
                                const ServerSalt& serverSalt)
{
    if (!isUsername(username))
        return Failure{CryptoError::Malformed};
    return hash16<Argon2Salt>(label::pwSalt, server, username, serverSalt);
}

PasswordKeys splitPassword(const StretchedPassword& stretched)
{
    return {kdf32<AuthSecret>(stretched, label::pwAuth), kdf32<WrapKey>(stretched, label::pwWrap)};
}

Result<PasswordKeys> derivePassword(Input password, std::string_view username,
                                    const ServerId& server, const ServerSalt& serverSalt,
                                    const Argon2Params& params)
{
    IMPULSE_CHECK(checkParams(params));
    IMPULSE_TRY(const auto salt, passwordSalt(server, username, serverSalt));
    IMPULSE_TRY(const auto stretched, stretch<StretchedPassword>(password, salt, params));
    return splitPassword(stretched);
}

ServerSalt fakeServerSalt(const FakeSaltKey& key, std::string_view username)
{
    const auto full = kdf32<Hash32>(key, label::pwFakeSalt, username);
    return *ServerSalt::from(full.view().first(ServerSalt::size()));
}

} // namespace impulse::crypto
