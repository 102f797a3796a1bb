#include "server/storage/SqlError.h"

#include <QSqlError>

namespace impulse::server {

namespace {

SqlError ofSqlite(int code)
{
    // The low byte of an extended code is the primary one.
    switch (code & 0xff) {
    case 5:
    case 6:
        return SqlError::Busy;
    case 8:
        return SqlError::ReadOnly;
    case 10:
        return SqlError::Io;
    case 11:
        return SqlError::Corrupt;
    case 13:
        return SqlError::Full;
    case 14:
        return SqlError::CannotOpen;
    case 19:
        return SqlError::Constraint;
    case 26:
        return SqlError::NotADatabase;
    default:
        return SqlError::Other;
    }
}

struct State {
    /// A whole SQLSTATE or its class, which are its first two characters.
    const char* code;
    SqlError error;
};

/// The first that fits.
constexpr State states[] = {
    {"08", SqlError::Lost},        // connection exceptions
    {"57P01", SqlError::Lost},     // the operator ends the session
    {"57P02", SqlError::Lost},     // another session crashed
    {"57P03", SqlError::Lost},     // starting or stopping
    {"57P05", SqlError::Lost},     // idle for too long
    {"53100", SqlError::Full},     // disk full
    {"53300", SqlError::Lost},     // no free connection
    {"23", SqlError::Constraint},  // integrity constraints
    {"25006", SqlError::ReadOnly}, // in a read-only transaction, for instance on a standby
    {"25P02", SqlError::Busy},     // an earlier statement of the transaction failed
    {"40", SqlError::Busy},        // serialization, deadlock
    {"53", SqlError::Busy},        // out of memory and the like
    {"55P03", SqlError::Busy},     // a lock was not to be had in time
    {"57014", SqlError::Busy},     // cancelled
    {"28", SqlError::CannotOpen},  // wrong user or password
    {"3D", SqlError::CannotOpen},  // no such database
    {"58", SqlError::Io},          // files of the server
    {"XX001", SqlError::Corrupt},  // damaged data
    {"XX002", SqlError::Corrupt},  // damaged index
};

} // namespace

SqlError sqlErrorOf(const QSqlError& error, StorageAddress::Kind kind)
{
    const auto code = error.nativeErrorCode();
    if (kind == StorageAddress::Kind::Sqlite)
        return ofSqlite(code.toInt());
    // What the server has not said, libpq says: it has no connection.
    if (code.isEmpty())
        return SqlError::Lost;
    for (const auto& state : states) {
        if (code.startsWith(QLatin1String(state.code)))
            return state.error;
    }
    return SqlError::Other;
}

} // namespace impulse::server
