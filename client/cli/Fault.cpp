#include "client/cli/Fault.h"

namespace impulse::cli {

namespace {

ExitCode exitCodeOf(client::ErrorKind kind)
{
    switch (kind) {
    case client::ErrorKind::Usage:
        return ExitCode::Usage;
    case client::ErrorKind::Network:
        return ExitCode::Network;
    case client::ErrorKind::Refused:
        return ExitCode::Refused;
    case client::ErrorKind::Security:
        return ExitCode::Security;
    case client::ErrorKind::Storage:
    case client::ErrorKind::Internal:
        return ExitCode::Failed;
    }
    return ExitCode::Failed;
}

} // namespace

Fault faultOf(const client::ClientError& error)
{
    return {exitCodeOf(kindOf(error)), QString::fromUtf8(client::describe(error.code)),
            error.retryAfterMs};
}

} // namespace impulse::cli
