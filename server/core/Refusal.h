#pragma once

#include "common/core/Result.h"
#include "common/protocol/AccountMessages.h"
#include "server/core/ports/Writer.h"

namespace impulse::server {

/// What a handler or a write comes to: a value, or the error that answers the request.
template <class T> using Outcome = Result<T, protocol::Error>;

inline protocol::Error refusal(protocol::ErrorCode code)
{
    return {code, std::string(protocol::name(code)), std::nullopt, std::nullopt};
}

/// With the number that the code says it is.
inline protocol::Error refusal(protocol::ErrorCode code, std::uint64_t value)
{
    auto error = refusal(code);
    error.value = value;
    return error;
}

inline protocol::Error rateLimited(std::uint64_t retryAfterMs)
{
    auto error = refusal(protocol::ErrorCode::RateLimited);
    error.retryAfterMs = retryAfterMs;
    return error;
}

inline protocol::Error refusal(WriteFailure failure)
{
    return refusal(failure == WriteFailure::StorageFull ? protocol::ErrorCode::StorageFull
                                                        : protocol::ErrorCode::Unavailable);
}

} // namespace impulse::server
