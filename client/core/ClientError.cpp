#include "client/core/ClientError.h"

namespace impulse::client {

namespace {

struct Entry {
    ErrorKind kind;
    const char* text;
};

Entry entryOf(ClientErrorCode code)
{
    using enum ClientErrorCode;
    switch (code) {
    case WrongState:
        return {ErrorKind::Usage, "not possible in this state"};
    case Busy:
        return {ErrorKind::Usage, "another operation is under way"};
    case InvalidLink:
        return {ErrorKind::Usage, "this is no server address or link"};
    case InvalidUsername:
        return {ErrorKind::Usage, "this is no username"};
    case PasswordTooShort:
        return {ErrorKind::Usage, "the password has less than 10 characters"};
    case PasswordTooCommon:
        return {ErrorKind::Usage, "the password is one of the common ones"};
    case InvalidText:
        return {ErrorKind::Usage, "the text is empty or too long"};
    case MalformedRecoveryCode:
        return {ErrorKind::Usage, "the recovery code has a typing mistake"};
    case NotFound:
        return {ErrorKind::Usage, "not found"};
    case NotAuthor:
        return {ErrorKind::Usage, "only the author may do that"};
    case Cancelled:
        return {ErrorKind::Usage, "cancelled"};
    case ServerUnreachable:
        return {ErrorKind::Network, "the server does not answer"};
    case TlsFailed:
        return {ErrorKind::Network, "no secure connection could be made"};
    case NotThisServer:
        return {ErrorKind::Network, "no Impulse server answers there"};
    case UnsupportedVersion:
        return {ErrorKind::Network, "client and server have no common version"};
    case Timeout:
        return {ErrorKind::Network, "the server did not answer in time"};
    case ConnectionLost:
        return {ErrorKind::Network, "the connection was lost"};
    case ServerUnavailable:
        return {ErrorKind::Network, "the server is not available now"};
    case WrongCredentials:
        return {ErrorKind::Refused, "username, password or code is wrong"};
    case RootNotHere:
        return {ErrorKind::Refused, "this password does not open the keys kept on this device"};
    case UsernameTaken:
        return {ErrorKind::Refused, "this username is taken"};
    case RegistrationClosed:
        return {ErrorKind::Refused, "the server takes no registrations"};
    case InviteInvalid:
        return {ErrorKind::Refused, "the invite is missing, used up or expired"};
    case RateLimited:
        return {ErrorKind::Refused, "too many requests"};
    case Blocked:
        return {ErrorKind::Refused, "this person takes no messages from you"};
    case DeviceRemoved:
        return {ErrorKind::Refused, "this device was removed from its account"};
    case AccountGone:
        return {ErrorKind::Refused, "the server does not know this account any more"};
    case AccountNotRestored:
        return {ErrorKind::Refused,
                "the server was put back to a time before this account; it takes the password to "
                "bring it back"};
    case AccountDisabled:
        return {ErrorKind::Refused, "the operator of the server has disabled this account"};
    case ServerStorageFull:
        return {ErrorKind::Refused, "the server's disk is full"};
    case RefusedByServer:
        return {ErrorKind::Refused, "the server refused"};
    case ServerKeyChanged:
        return {ErrorKind::Security, "the server's key is another one"};
    case SecurityCheckFailed:
        return {ErrorKind::Security, "a security check failed"};
    case DirectoryForked:
        return {ErrorKind::Security, "the server shows a different directory than before"};
    case RestoreUnconfirmed:
        return {ErrorKind::Security,
                "the server says that it was put back from a backup, and has gone on without what "
                "this device knows; confirm-restore if whoever runs it says so too"};
    case IdentityChanged:
        return {ErrorKind::Security, "this person's identity has changed"};
    case DiskFull:
        return {ErrorKind::Storage, "the disk is full"};
    case DatabaseCorrupt:
        return {ErrorKind::Storage, "the local database is damaged; nothing was overwritten"};
    case DatabaseNewer:
        return {ErrorKind::Storage, "the local database was made by a newer version"};
    case StorageUnavailable:
        return {ErrorKind::Storage, "the local database cannot be used"};
    case Internal:
        break;
    }
    return {ErrorKind::Internal, "internal error"};
}

} // namespace

ErrorKind kindOf(ClientErrorCode code)
{
    return entryOf(code).kind;
}

const char* describe(ClientErrorCode code)
{
    return entryOf(code).text;
}

} // namespace impulse::client
