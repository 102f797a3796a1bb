#include "common/crypto/ProfileHead.h"
#include "server/core/AccountDeletion.h"
#include "server/core/InviteCodes.h"
#include "server/core/KeyChecks.h"
#include "server/core/Recovery.h"
#include "server/core/handlers/Handlers.h"
#include "server/core/handlers/NewAccounts.h"

namespace impulse::server {
namespace {

using protocol::ErrorCode;
using protocol::RegistrationPolicy;

bool areWithinBounds(const protocol::PasswordParameters& parameters)
{
    return crypto::checkParams({parameters.ops, parameters.mem}).ok();
}

/// The asker's account, after his password was checked against it.
Outcome<Account> checkPassword(const Context& context, const protocol::WireSecret& auth)
{
    const auto account = context.services.store.accounts().find(context.identity().user);
    if (!account)
        return Failure{refusal(ErrorCode::Unauthorized)};
    IMPULSE_CHECK(
        checkSecret(context, Credentials::Kind::Password, account->username, &*account, auth));
    return *account;
}

/// A code holds for one change, also if several connections were opened with it.
bool isPresent(const std::optional<ResetCode>& code, const Hash32& hash)
{
    return code && code->hash.view().size() == hash.view().size() &&
           std::ranges::equal(code->hash.view(), hash.view());
}

/// Everything of a registration that was checked before its transaction.
struct Registration {
    NewAccount account;
    NewDirectoryEntry entry;
    ListedDevice device;
    StoredPrekey signedPrekey;
    std::vector<StoredPrekey> oneTimePrekeys;
    std::optional<InviteHash> invite;
    /// If the log must not grow now.
    std::uint64_t retryMs = 0;
};

Outcome<Registration> checkRegistration(const Context& context, protocol::Register& request)
{
    const auto& services = context.services;
    if (!crypto::isUsername(request.username))
        return Failure{refusal(ErrorCode::UsernameInvalid)};
    if (!areWithinBounds(request.password))
        return Failure{refusal(ErrorCode::WeakParameters)};
    if (request.userId.isZero() || request.rootSlot.empty() ||
        !crypto::profileVersion(request.profile))
        return Failure{refusal(ErrorCode::Malformed)};
    IMPULSE_CHECK(checkInvite(context, request.invite));
    IMPULSE_TRY(const auto list, checkList(request.deviceList, request.userId));
    if (list.version != 1 || !list.previous.isZero() || list.devices.size() != 1)
        return Failure{refusal(ErrorCode::InvalidDeviceList)};
    Registration result;
    result.device = list.devices.front();
    IMPULSE_TRY(result.signedPrekey,
                checkSignedPrekey(request.signedPrekey, request.userId, result.device));
    IMPULSE_TRY(result.oneTimePrekeys, checkOneTimePrekeys(request.oneTimePrekeys));
    result.account = newAccountOf(services, request);
    result.entry = {request.userId,   directoryLabel(services.keys.serverId, request.userId),
                    list.hash,        std::move(request.deviceList),
                    list.deviceIds(), result.account.createdMs};
    if (services.settings.registration == RegistrationPolicy::Invite)
        result.invite = inviteHash(*request.invite);
    result.retryMs = retryMs(services.settings);
    return result;
}

/// In the transaction. Gives the position in the directory log.
Outcome<std::uint64_t> storeRegistration(Store& store, const Registration& registration,
                                         Deliveries& out)
{
    const auto& account = registration.account.account;
    IMPULSE_CHECK(checkAppends(store, registration.retryMs));
    if (store.accounts().isNameTaken(account.username))
        return Failure{refusal(ErrorCode::UsernameTaken)};
    if (store.accounts().isIdTaken(account.userId))
        return Failure{refusal(ErrorCode::Forbidden)};
    if (registration.invite &&
        !store.invites().use(*registration.invite, registration.account.createdMs))
        return Failure{refusal(ErrorCode::InviteInvalid)};
    store.accounts().insert(registration.account);
    const auto seq = store.directory().append(registration.entry);
    store.prekeys().setSignedPrekey(registration.device.id, registration.signedPrekey);
    for (const auto& prekey : registration.oneTimePrekeys)
        store.prekeys().addOneTime(registration.device.id, prekey);
    const auto& entry = registration.entry;
    out.push_back(DirectoryDelivery{{seq, entry.label, entry.listHash}});
    return seq;
}

} // namespace

Outcome<protocol::Done> checkInvite(const Context& context,
                                    const std::optional<std::string>& invite)
{
    const auto& services = context.services;
    switch (services.settings.registration) {
    case RegistrationPolicy::Open:
        return protocol::Done{};
    case RegistrationPolicy::Closed:
        return Failure{refusal(ErrorCode::RegistrationClosed)};
    case RegistrationPolicy::Invite:
        break;
    }
    if (!invite)
        return Failure{refusal(ErrorCode::InviteInvalid)};
    if (const auto wait = services.credentials.waitForAddress(context.address()))
        return Failure{rateLimited(*wait)};
    if (!services.store.invites().isUsable(inviteHash(*invite), services.clock.nowMs())) {
        services.credentials.countFailure(context.address());
        return Failure{refusal(ErrorCode::InviteInvalid)};
    }
    return protocol::Done{};
}

void handle(Context& context, protocol::CheckUsername request, Reply<protocol::CheckUsername> reply)
{
    auto& services = context.services;
    if (!crypto::isUsername(request.username))
        return reply.refuse(ErrorCode::UsernameInvalid);
    if (const auto allowed = checkInvite(context, request.invite); !allowed)
        return reply.refuse(allowed.error());
    const auto key = limitKey({view(context.address())});
    if (const auto wait = services.limiter.take(Limit::UsernameChecks, key))
        return reply.refuse(rateLimited(*wait));
    reply.answer({!services.store.accounts().isNameTaken(request.username)});
}

void handle(Context& context, protocol::Register request, Reply<protocol::Register> reply)
{
    auto& services = context.services;
    const auto key = limitKey({view(context.address())});
    if (const auto wait = services.limiter.take(Limit::Registrations, key))
        return reply.refuse(rateLimited(*wait));
    auto checked = checkRegistration(context, request);
    if (!checked)
        return reply.refuse(checked.error());
    context.session->state = SessionState::Registering;
    const auto registration = std::make_shared<const Registration>(std::move(*checked));
    write(
        services,
        [registration](Store& store, Deliveries& out) {
            return storeRegistration(store, *registration, out);
        },
        [&services, registration,
         reply = std::move(reply)](const Outcome<std::uint64_t>& seq) mutable {
            const auto session = reply.session();
            if (session && session->state == SessionState::Registering)
                session->state = SessionState::Greeted;
            if (!seq)
                return reply.refuse(seq.error());
            const auto& account = registration->account.account;
            reply.answer({*seq, registration->account.createdMs});
            if (session && session->state == SessionState::Greeted) {
                Context ready{services, session};
                becomeReady(ready, {account.userId, registration->device.id,
                                    registration->device.signKey, account.username});
            }
        });
}

void handle(Context& context, protocol::ChangePassword request,
            Reply<protocol::ChangePassword> reply)
{
    auto& services = context.services;
    const auto user = context.identity().user;
    if (!context.session->recovered) {
        if (!request.oldAuth)
            return reply.refuse(ErrorCode::Unauthorized);
        if (const auto account = checkPassword(context, *request.oldAuth); !account)
            return reply.refuse(account.error());
    }
    if (!areWithinBounds(request.password))
        return reply.refuse(ErrorCode::WeakParameters);
    const auto verifier = services.credentials.makeVerifier(request.auth, services.rng);
    write(
        services,
        [user, verifier, parameters = request.password,
         resetBy = context.session->resetBy](Store& store) -> Outcome<protocol::Done> {
            const auto account = store.accounts().find(user);
            if (!account || (resetBy && !isPresent(store.accounts().resetCode(user), *resetBy)))
                return Failure{refusal(ErrorCode::Unauthorized)};
            if (parameters.ops < account->password.ops || parameters.mem < account->password.mem)
                return Failure{refusal(ErrorCode::WeakParameters)};
            store.accounts().setPassword(user, parameters, verifier);
            return protocol::Done{};
        },
        [reply = std::move(reply)](const Outcome<protocol::Done>& done) mutable {
            reply.finish(done);
        });
}

void handle(Context& context, protocol::GetRootSlot request, Reply<protocol::GetRootSlot> reply)
{
    const auto slot = context.services.store.accounts().rootSlot(context.identity().user);
    if (request.slotKind != 1 || !slot)
        return reply.refuse(ErrorCode::NotFound);
    reply.answer({*slot});
}

void handle(Context& context, protocol::ReplaceRecovery request,
            Reply<protocol::ReplaceRecovery> reply)
{
    auto& services = context.services;
    if (request.rootSlot.empty())
        return reply.refuse(ErrorCode::Malformed);
    if (const auto account = checkPassword(context, request.auth); !account)
        return reply.refuse(account.error());
    write(
        services,
        [user = context.identity().user, slot = std::move(request.rootSlot),
         verifier = services.credentials.makeVerifier(request.recoveryAuth, services.rng)](
            Store& store) -> Outcome<protocol::Done> {
            if (!store.accounts().isIdTaken(user) || !store.accounts().username(user))
                return Failure{refusal(ErrorCode::Unauthorized)};
            store.accounts().setRecovery(user, slot, verifier);
            return protocol::Done{};
        },
        [reply = std::move(reply)](const Outcome<protocol::Done>& done) mutable {
            reply.finish(done);
        });
}

void handle(Context& context, protocol::DeleteAccount request, Reply<protocol::DeleteAccount> reply)
{
    auto& services = context.services;
    if (const auto account = checkPassword(context, request.auth); !account)
        return reply.refuse(account.error());
    write(
        services,
        [entry = deletionEntry(services, context.identity().user),
         retryMs = retryMs(services.settings)](Store& store, Deliveries& out) {
            return storeDeletion(store, entry, retryMs, out);
        },
        [reply = std::move(reply)](const Outcome<protocol::Done>& done) mutable {
            reply.finish(done);
        });
}

} // namespace impulse::server
