#pragma once

#include "common/core/Result.h"

#include <array>
#include <string_view>

namespace impulse::crypto {

/// Every way in which a cryptographic operation refuses (encryption.md 0.6). An operation that
/// fails leaves all state unchanged.
enum class CryptoError {
    Malformed,
    UnsupportedVersion,
    BadKey,
    BadSignature,
    BadPadding,
    AuthFailed,
    Duplicate,
    UnknownSession,
    MissingPreKey,
    TooManySkipped,
    UntrustedIdentity,
    StaleList,
    ForkDetected,
    NotAuthorized,
    WeakParameters,
    LimitExceeded,
    Internal,
};

template <class T> using Result = impulse::Result<T, CryptoError>;

/// The name by which the specification and the test vectors call it.
constexpr std::string_view errorName(CryptoError error)
{
    constexpr std::array<std::string_view, 17> names{"Malformed",
                                                     "UnsupportedVersion",
                                                     "BadKey",
                                                     "BadSignature",
                                                     "BadPadding",
                                                     "AuthFailed",
                                                     "Duplicate",
                                                     "UnknownSession",
                                                     "MissingPreKey",
                                                     "TooManySkipped",
                                                     "UntrustedIdentity",
                                                     "StaleList",
                                                     "ForkDetected",
                                                     "NotAuthorized",
                                                     "WeakParameters",
                                                     "LimitExceeded",
                                                     "Internal"};
    return names[static_cast<std::size_t>(error)];
}

} // namespace impulse::crypto
