#pragma once

#include <cstdint>
#include <string_view>

namespace impulse::protocol {

/// Every refusal of the server, with its number on the wire. Numbers are never used again.
/// X(number, name)
#define IMPULSE_ERROR_CODES(X)                                                                     \
    X(1, Malformed)           /* not a frame of this protocol, or a field breaks its limits */     \
    X(2, UnknownKind)         /* a message kind that this server does not know */                  \
    X(3, TooLarge)            /* the frame is larger than the limit of the hello */                \
    X(4, UnsupportedVersion)  /* no common version; `value` is the server's highest */             \
    X(5, OutOfState)          /* known, but not allowed in the connection's present state */       \
    X(6, Unauthorized)        /* user name, password, code or signature is wrong */                \
    X(7, Forbidden)           /* this account may not do that */                                   \
    X(8, RateLimited)         /* too often; try again after `retryAfterMs` */                      \
    X(9, NotFound)            /* no such person, device, conversation or slot */                   \
    X(10, UsernameInvalid)    /* not [a-z0-9][a-z0-9._-]{1,31} */                                  \
    X(11, UsernameTaken)      /* somebody has this name */                                         \
    X(12, RegistrationClosed) /* the server takes no registrations */                              \
    X(13, InviteInvalid)      /* the invite is unknown, used up or expired, or is missing */       \
    X(14, WeakParameters)     /* password stretching below the limits of encryption.md 2.1 */      \
    X(15, InvalidDeviceList)  /* a check of encryption.md 1.2 failed */                            \
    X(16, InvalidPrekey)      /* a prekey's form, id or signature is wrong */                      \
    X(17, DirectoryConflict)  /* another list was published first: sync, then publish again */     \
    X(18, StaleRoster)        /* sealed for another set of devices; `value` is the version */      \
    X(19, WrongDevices)       /* wraps and unwrapped do not cover exactly the devices */           \
    X(20, SequenceUsed)       /* sender sequence number used; `value` is the last one taken */     \
    X(21, OutOfOrder)         /* sender sequence number too high; `value` is the last taken */     \
    X(22, Blocked)            /* this person takes no messages from you */                         \
    X(23, DeviceRemoved)      /* this device is not in its user's current list */                  \
    X(24, StorageFull)        /* the server's disk is full; nothing was stored */                  \
    X(25, Unavailable)        /* stopping, no database, or it takes back what a restore lost */    \
    X(26, Internal)           /* a bug of the server; nothing was stored */                        \
    X(27, ProfileConflict)    /* another profile was stored first; `value` is its version */       \
    X(28, StaleEpoch)         /* the group is in another state; `value` is its epoch */            \
    X(29, InvalidGroupState)  /* a check of encryption.md 5.1 failed */                            \
    X(30, AccountDisabled)    /* the operator keeps this account from logging in */

enum class ErrorCode : std::uint8_t {
#define X(number, name) name = number,
    IMPULSE_ERROR_CODES(X)
#undef X
};

inline constexpr ErrorCode lastOf(ErrorCode)
{
    return ErrorCode::AccountDisabled;
}

constexpr std::string_view name(ErrorCode code)
{
    switch (code) {
#define X(number, name)                                                                            \
    case ErrorCode::name:                                                                          \
        return #name;
        IMPULSE_ERROR_CODES(X)
#undef X
    }
    return "unknown";
}

} // namespace impulse::protocol
