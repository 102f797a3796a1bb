#pragma once

#include "common/protocol/AccountMessages.h"
#include "common/protocol/ContactMessages.h"
#include "common/protocol/EventMessages.h"
#include "common/protocol/GroupMessages.h"
#include "common/protocol/KeyMessages.h"
#include "common/protocol/Pushes.h"

#include <type_traits>
#include <variant>

/// The one list of messages. A line here needs the struct, its handler in server/core (the compiler
/// asks for it), its place in PROTOCOL.md and impulse.cddl and a vector (tests ask for them).
namespace impulse::protocol {

/// X(kind, request, result). The answer's kind on the wire is the request's plus 100.
#define IMPULSE_REQUESTS(X)                                                                        \
    X(1, Hello, HelloResult)                                                                       \
    X(2, CheckUsername, CheckUsernameResult)                                                       \
    X(3, Register, RegisterResult)                                                                 \
    X(4, GetPasswordParameters, PasswordParameters)                                                \
    X(5, PasswordLogin, LoginResult)                                                               \
    X(6, RecoveryLogin, LoginResult)                                                               \
    X(7, DeviceLogin, DeviceLoginResult)                                                           \
    X(8, ChangePassword, Done)                                                                     \
    X(9, GetRootSlot, RootSlot)                                                                    \
    X(10, ReplaceRecovery, Done)                                                                   \
    X(11, DeleteAccount, Done)                                                                     \
    X(12, CreateInvite, Invite)                                                                    \
    X(13, RegisterAgain, RegisterResult)                                                           \
    X(14, ResetLogin, LoginResult)                                                                 \
    X(20, PublishDeviceList, DirectoryPosition)                                                    \
    X(21, GetDirectory, DirectoryEntries)                                                          \
    X(22, GetDeviceLists, DeviceLists)                                                             \
    X(23, GetPrekeyStatus, PrekeyStatus)                                                           \
    X(24, UploadPrekeys, Done)                                                                     \
    X(25, GetBundle, Bundle)                                                                       \
    X(26, HandIn, HandInResult)                                                                    \
    X(30, ResolveUsername, UserEntry)                                                              \
    X(31, GetUsers, Users)                                                                         \
    X(32, SetContact, Done)                                                                        \
    X(33, GetContacts, Contacts)                                                                   \
    X(34, PutProfile, Done)                                                                        \
    X(35, GetProfile, Profile)                                                                     \
    X(36, GetPresence, PresenceList)                                                               \
    X(37, SetPrivacy, Done)                                                                        \
    X(40, Sync, SyncResult)                                                                        \
    X(41, SendEvent, EventAccepted)                                                                \
    X(42, SendControl, ControlAccepted)                                                            \
    X(43, SendTransient, Done)                                                                     \
    X(44, FetchEvents, EventPage)                                                                  \
    X(45, FetchMailbox, MailboxPage)                                                               \
    X(46, AckMailbox, Done)                                                                        \
    X(50, PutGroupState, GroupStateAccepted)                                                       \
    X(51, GetGroupStates, GroupStates)                                                             \
    X(52, GetGroupMeta, GroupMeta)                                                                 \
    X(53, CloseGroup, Done)

/// X(kind, push). Sent by the server unasked; they have no request id.
#define IMPULSE_PUSHES(X)                                                                          \
    X(201, EventPush)                                                                              \
    X(202, ErasedPush)                                                                             \
    X(203, MailboxPush)                                                                            \
    X(204, TransientPush)                                                                          \
    X(205, DirectoryPush)                                                                          \
    X(206, PresencePush)                                                                           \
    X(207, ProfilePush)                                                                            \
    X(208, ContactPush)                                                                            \
    X(209, ClosingPush)                                                                            \
    X(210, GroupClosedPush)

/// Kind of an error answer.
inline constexpr std::uint64_t errorKind = 100;
/// Added to a request's kind to get its answer's.
inline constexpr std::uint64_t answerOffset = 100;

template <class T> struct KindOf;
template <class Request> struct ResultOfRequest;
#define X(number, Request, Answer)                                                                 \
    template <> struct KindOf<Request> : std::integral_constant<std::uint64_t, number> {};         \
    template <> struct ResultOfRequest<Request> {                                                  \
        using Type = Answer;                                                                       \
    };
IMPULSE_REQUESTS(X)
#undef X
#define X(number, Push)                                                                            \
    template <> struct KindOf<Push> : std::integral_constant<std::uint64_t, number> {};
IMPULSE_PUSHES(X)
#undef X

/// Kind of a request or push on the wire.
template <class T> inline constexpr std::uint64_t kindOf = KindOf<T>::value;
/// What answers a request of this type.
template <class Request> using ResultOf = typename ResultOfRequest<Request>::Type;

// The leading monostate only lets the list begin with a comma.
#define X(number, Request, Answer) , Request
using AnyRequest = std::variant<std::monostate IMPULSE_REQUESTS(X)>;
#undef X
#define X(number, Push) , Push
using AnyPush = std::variant<std::monostate IMPULSE_PUSHES(X)>;
#undef X

} // namespace impulse::protocol
