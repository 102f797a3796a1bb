#pragma once

#include "client/cli/ExitCode.h"
#include "client/core/ClientError.h"

#include <QString>

namespace impulse::cli {

/// Why a command failed: its exit code and an English line.
struct Fault {
    ExitCode code = ExitCode::Failed;
    QString message;
    /// Milliseconds after which it makes sense to try again; 0: not said.
    std::uint64_t retryAfterMs = 0;
};

Fault faultOf(const client::ClientError& error);

inline Failure<Fault> fault(ExitCode code, QString message)
{
    return Failure{Fault{code, std::move(message), 0}};
}

/// The result of a client's operation as a command's.
template <class T> Result<T, Fault> orFault(Result<T, client::ClientError> result)
{
    if (!result)
        return Failure{faultOf(result.error())};
    if constexpr (std::is_void_v<T>)
        return {};
    else
        return std::move(*result);
}

} // namespace impulse::cli
