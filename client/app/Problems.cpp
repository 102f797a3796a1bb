#include "client/app/Problems.h"

namespace impulse::app {

ui::SignInProblem problemOf(const client::ClientError& error)
{
    using Code = client::ClientErrorCode;
    using Problem = ui::SignInProblem;
    switch (error.code) {
    case Code::WrongCredentials:
        return Problem::WrongPassword;
    case Code::MalformedRecoveryCode:
        return Problem::WrongCode;
    case Code::PasswordTooShort:
    case Code::PasswordTooCommon:
        return Problem::WeakPassword;
    case Code::UsernameTaken:
        return Problem::NameTaken;
    case Code::RegistrationClosed:
        return Problem::RegistrationClosed;
    case Code::InviteInvalid:
        return Problem::InviteInvalid;
    case Code::RateLimited:
        return Problem::TooManyAttempts;
    case Code::ServerKeyChanged:
        return Problem::ServerKey;
    case Code::UnsupportedVersion:
        return Problem::ServerTooOld;
    case Code::AccountDisabled:
        return Problem::AccountDisabled;
    case Code::SecurityCheckFailed:
    case Code::DirectoryForked:
    case Code::RestoreUnconfirmed:
    case Code::IdentityChanged:
        return Problem::SecurityCheck;
    case Code::DiskFull:
        return Problem::DiskFull;
    case Code::DatabaseCorrupt:
    case Code::DatabaseNewer:
    case Code::StorageUnavailable:
        return Problem::Storage;
    default:
        break;
    }
    return client::kindOf(error) == client::ErrorKind::Network ? Problem::ServerDown
                                                               : Problem::Internal;
}

client::Password passwordOf(const ui::SecretText& typed)
{
    QString text = QString::fromUtf8(typed.utf8());
    client::Password password(text);
    text.fill(QLatin1Char(' '));
    return password;
}

} // namespace impulse::app
