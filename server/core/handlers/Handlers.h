#pragma once

#include "common/crypto/Login.h"
#include "server/core/Announcements.h"
#include "server/core/Reply.h"
#include "server/core/WriteTask.h"

/// One function per request of the message list; a missing one does not compile. Each is called on
/// the I/O thread in a state that its request is allowed in, with limits of form already checked.
namespace impulse::server {

struct Context {
    Services& services;
    const std::shared_ptr<Session>& session;

    const Identity& identity() const { return session->identity; }
    const std::string& address() const { return session->connection()->addressKey(); }
};

/// A password or recovery code: Unauthorized or RateLimited. `account`: null if nobody has the name,
/// which takes the same work. In handlers/Login.cpp.
Outcome<protocol::Done> checkSecret(const Context& context, Credentials::Kind kind,
                                    const std::string& username, const Account* account,
                                    const protocol::WireSecret& secret);

// handlers/Account.cpp
void handle(Context& context, protocol::CheckUsername request,
            Reply<protocol::CheckUsername> reply);
void handle(Context& context, protocol::Register request, Reply<protocol::Register> reply);
void handle(Context& context, protocol::ChangePassword request,
            Reply<protocol::ChangePassword> reply);
void handle(Context& context, protocol::GetRootSlot request, Reply<protocol::GetRootSlot> reply);
void handle(Context& context, protocol::ReplaceRecovery request,
            Reply<protocol::ReplaceRecovery> reply);
void handle(Context& context, protocol::DeleteAccount request,
            Reply<protocol::DeleteAccount> reply);

// handlers/Login.cpp
void handle(Context& context, protocol::Hello request, Reply<protocol::Hello> reply);
void handle(Context& context, protocol::GetPasswordParameters request,
            Reply<protocol::GetPasswordParameters> reply);
void handle(Context& context, protocol::PasswordLogin request,
            Reply<protocol::PasswordLogin> reply);
void handle(Context& context, protocol::RecoveryLogin request,
            Reply<protocol::RecoveryLogin> reply);
void handle(Context& context, protocol::ResetLogin request, Reply<protocol::ResetLogin> reply);
void handle(Context& context, protocol::DeviceLogin request, Reply<protocol::DeviceLogin> reply);

// handlers/Invites.cpp
void handle(Context& context, protocol::CreateInvite request, Reply<protocol::CreateInvite> reply);

// handlers/Directory.cpp
void handle(Context& context, protocol::PublishDeviceList request,
            Reply<protocol::PublishDeviceList> reply);
void handle(Context& context, protocol::GetDirectory request, Reply<protocol::GetDirectory> reply);
void handle(Context& context, protocol::GetDeviceLists request,
            Reply<protocol::GetDeviceLists> reply);

// handlers/HandIn.cpp
void handle(Context& context, protocol::HandIn request, Reply<protocol::HandIn> reply);
void handle(Context& context, protocol::RegisterAgain request,
            Reply<protocol::RegisterAgain> reply);

// handlers/Prekeys.cpp
void handle(Context& context, protocol::GetPrekeyStatus request,
            Reply<protocol::GetPrekeyStatus> reply);
void handle(Context& context, protocol::UploadPrekeys request,
            Reply<protocol::UploadPrekeys> reply);
void handle(Context& context, protocol::GetBundle request, Reply<protocol::GetBundle> reply);

// handlers/Contacts.cpp
void handle(Context& context, protocol::ResolveUsername request,
            Reply<protocol::ResolveUsername> reply);
void handle(Context& context, protocol::GetUsers request, Reply<protocol::GetUsers> reply);
void handle(Context& context, protocol::SetContact request, Reply<protocol::SetContact> reply);
void handle(Context& context, protocol::GetContacts request, Reply<protocol::GetContacts> reply);

// handlers/Profile.cpp
void handle(Context& context, protocol::PutProfile request, Reply<protocol::PutProfile> reply);
void handle(Context& context, protocol::GetProfile request, Reply<protocol::GetProfile> reply);

// handlers/Presence.cpp
void handle(Context& context, protocol::GetPresence request, Reply<protocol::GetPresence> reply);
void handle(Context& context, protocol::SetPrivacy request, Reply<protocol::SetPrivacy> reply);

// handlers/Events.cpp
void handle(Context& context, protocol::Sync request, Reply<protocol::Sync> reply);
void handle(Context& context, protocol::SendEvent request, Reply<protocol::SendEvent> reply);
void handle(Context& context, protocol::FetchEvents request, Reply<protocol::FetchEvents> reply);

// handlers/Groups.cpp
void handle(Context& context, protocol::PutGroupState request,
            Reply<protocol::PutGroupState> reply);
void handle(Context& context, protocol::GetGroupStates request,
            Reply<protocol::GetGroupStates> reply);
void handle(Context& context, protocol::GetGroupMeta request, Reply<protocol::GetGroupMeta> reply);
void handle(Context& context, protocol::CloseGroup request, Reply<protocol::CloseGroup> reply);

// handlers/Control.cpp
void handle(Context& context, protocol::SendControl request, Reply<protocol::SendControl> reply);
void handle(Context& context, protocol::SendTransient request,
            Reply<protocol::SendTransient> reply);
void handle(Context& context, protocol::FetchMailbox request, Reply<protocol::FetchMailbox> reply);
void handle(Context& context, protocol::AckMailbox request, Reply<protocol::AckMailbox> reply);

/// A login counts for what its connection has handed in after a restore. Nothing happens if it did
/// not.
void keepHandIn(Context& context);
/// RegistrationClosed or InviteInvalid, unless a person with this invite may register. Guessing
/// invites counts like guessing passwords.
Outcome<protocol::Done> checkInvite(const Context& context,
                                    const std::optional<std::string>& invite);
/// What a device of this connection signs to log in.
crypto::Hello helloOf(const Context& context);

/// What follows when a session has become ready: it counts as online.
void becomeReady(Context& context, Identity identity);
/// What follows when a ready session's connection has gone.
void becomeGone(Services& services, const std::shared_ptr<Session>& session, bool stopping);

} // namespace impulse::server
