#include "common/crypto/Login.h"
#include "server/core/InviteCodes.h"
#include "server/core/KeyChecks.h"
#include "server/core/Recovery.h"
#include "server/core/handlers/Handlers.h"

namespace impulse::server {
namespace {

using protocol::ErrorCode;

/// Better parameters for an account that stretches less than what is usual now, never less than it
/// has.
std::optional<protocol::PasswordParameters> upgradeOf(const Context& context,
                                                      const Account& account)
{
    const auto& settings = context.services.settings;
    const auto& present = account.password;
    if (present.ops >= settings.passwordOps && present.mem >= settings.passwordMem)
        return std::nullopt;
    return protocol::PasswordParameters{crypto::random<protocol::Salt>(context.services.rng),
                                        std::max(present.ops, settings.passwordOps),
                                        std::max(present.mem, settings.passwordMem)};
}

Outcome<protocol::LoginResult> becomePending(Context& context, const Account& account,
                                             bool recovered)
{
    const auto& services = context.services;
    if (services.store.accounts().isDisabled(account.userId))
        return Failure{refusal(ErrorCode::AccountDisabled)};
    auto& session = *context.session;
    session.state = SessionState::Pending;
    session.waitsSinceMs = services.clock.elapsedMs();
    session.recovered = recovered;
    session.identity = {account.userId, {}, {}, account.username};
    return protocol::LoginResult{account.userId, upgradeOf(context, account)};
}

Outcome<protocol::LoginResult> logIn(Context& context, Credentials::Kind kind,
                                     const std::string& username,
                                     const protocol::WireSecret& secret)
{
    const auto& services = context.services;
    const auto account = services.store.accounts().findByName(username);
    IMPULSE_CHECK(checkSecret(context, kind, username, account ? &*account : nullptr, secret));
    return becomePending(context, *account, kind == Credentials::Kind::Recovery);
}

/// Wrong codes count as wrong recovery codes do.
Outcome<protocol::LoginResult> logInByReset(Context& context, const protocol::ResetLogin& request)
{
    const auto& services = context.services;
    const auto both = limitKey({view(request.username), view(context.address())});
    auto wait = services.limiter.growingWaitMs(Limit::FailuresPerAccountAndAddress, both);
    if (!wait)
        wait = services.credentials.waitForAddress(context.address());
    if (wait)
        return Failure{rateLimited(*wait)};
    const auto account = services.store.accounts().findByName(request.username);
    const auto stored =
        account ? services.store.accounts().resetCode(account->userId) : std::optional<ResetCode>();
    const bool same =
        crypto::equalConstantTime(resetHash(request.code), stored.value_or(ResetCode{}).hash);
    if (!same || !stored || services.clock.nowMs() >= stored->expiresMs) {
        services.limiter.add(Limit::FailuresPerAccountAndAddress, both);
        services.credentials.countFailure(context.address());
        return Failure{refusal(ErrorCode::Unauthorized)};
    }
    services.limiter.clear(Limit::FailuresPerAccountAndAddress, both);
    auto result = becomePending(context, *account, true);
    if (result)
        context.session->resetBy = Hash32::from(stored->hash.view());
    return result;
}

/// The signing key of a device that an earlier list of its account held.
std::optional<SignPublicKey> formerKey(const Store& store, const UserId& user,
                                       const DeviceId& device)
{
    std::optional<SignPublicKey> key;
    std::uint64_t after = 0;
    for (bool more = true; more && !key;) {
        const auto page = store.directory().lists(user, after, protocol::deviceListsPerFetch);
        more = page.size() == protocol::deviceListsPerFetch;
        for (const auto& bytes : page) {
            const auto list = readList(bytes);
            if (!list)
                return std::nullopt;
            after = list->version;
            if (const auto* entry = list->find(device))
                key = entry->signKey;
        }
    }
    return key;
}

/// The identity key of an account, of the newest list that is here.
std::optional<SignPublicKey> identityOf(const Store& store, const UserId& user)
{
    std::optional<CheckedList> newest;
    if (const auto latest = store.directory().latest(user))
        newest = readList(latest->list);
    else if (const auto lists = store.directory().lists(user, 0, protocol::deviceListsPerFetch);
             !lists.empty())
        newest = readList(lists.back());
    return newest ? std::optional(newest->identityKey) : std::nullopt;
}

/// A list that this connection handed in after a restore, if it is to be logged in against: the
/// log does not have it yet.
const CheckedList* handedList(const Context& context, const UserId& user)
{
    const auto& services = context.services;
    const auto& draft = context.session->handIn;
    const auto* handed = draft ? draft->newestList(user) : nullptr;
    if (!handed || identityOf(services.store, user) != handed->checked.identityKey)
        return nullptr;
    const auto history = services.store.directory().history(handed->label);
    const bool isMissing = !history.empty() && !history.back().hasList &&
                           history.back().listHash == handed->checked.hash;
    const bool isNewer = handed->checked.version > history.size();
    const bool counts = isMissing || (isNewer && services.store.handIns().status().isClosed());
    return counts ? &handed->checked : nullptr;
}

/// It is not listed any more. Who proves its key may read the lists that say so (encryption.md
/// 1.4).
void refuseRemoved(Context& context, const protocol::DeviceLogin& request,
                   Reply<protocol::DeviceLogin>& reply)
{
    const auto& services = context.services;
    auto& session = *context.session;
    const auto key = formerKey(services.store, request.userId, request.deviceId);
    const bool proven = key && crypto::verifyDeviceLogin(*key, helloOf(context), request.userId,
                                                         request.deviceId, request.signature)
                                   .ok();
    if (!proven && services.store.handIns().status().isClosed())
        return reply.refuse(retryLater(services.settings));
    if (!proven) {
        services.credentials.countFailure(context.address());
    } else if (session.state == SessionState::Greeted) {
        session.state = SessionState::Removed;
        session.identity = {request.userId, {}, {}, {}};
    }
    reply.refuse(ErrorCode::DeviceRemoved);
}

/// Until the account's wrong passwords are forgotten, which are kept: those since a restart are
/// few.
std::optional<std::uint64_t> waitForAccount(const Services& services, const UserId& user)
{
    const auto rule = services.limiter.rule(Limit::FailuresPerAccount);
    const auto kept = services.store.loginFailures().of(user);
    const auto now = services.clock.nowMs();
    if (kept.failures < rule.most || now < kept.sinceMs || now - kept.sinceMs >= rule.windowMs)
        return std::nullopt;
    return kept.sinceMs + rule.windowMs - now;
}

} // namespace

Outcome<protocol::Done> checkSecret(const Context& context, Credentials::Kind kind,
                                    const std::string& username, const Account* account,
                                    const protocol::WireSecret& secret)
{
    auto& services = context.services;
    const bool isPassword = kind == Credentials::Kind::Password;
    if (isPassword && account) {
        if (const auto wait = waitForAccount(services, account->userId))
            return Failure{rateLimited(*wait)};
    }
    const Verifier* verifier = nullptr;
    if (account)
        verifier = isPassword ? &account->passwordVerifier : &account->recoveryVerifier;
    auto checked = services.credentials.check(kind, username, context.address(), verifier, secret);
    if (isPassword && account && !checked && checked.error().code == ErrorCode::Unauthorized) {
        writeQuietly(
            services,
            [user = account->userId, now = services.clock.nowMs(),
             windowMs = services.limiter.rule(Limit::FailuresPerAccount).windowMs](
                Store& store, Deliveries&) { store.loginFailures().add(user, now, windowMs); });
    }
    return checked;
}

crypto::Hello helloOf(const Context& context)
{
    const auto& session = *context.session;
    return {context.services.keys.serverId,
            *crypto::CertificateHash::from(session.connection()->certificateHash()),
            *crypto::HelloNonce::from(session.clientNonce),
            *crypto::HelloNonce::from(session.serverNonce)};
}

void handle(Context& context, protocol::Hello request, Reply<protocol::Hello> reply)
{
    const auto& services = context.services;
    auto& session = *context.session;
    if (request.minVersion > request.maxVersion)
        return reply.refuse(ErrorCode::Malformed);
    if (request.minVersion > protocol::version || request.maxVersion < protocol::version)
        return reply.refuse(refusal(ErrorCode::UnsupportedVersion, protocol::version));
    session.clientNonce = request.clientNonce;
    session.serverNonce = crypto::random<protocol::Nonce>(services.rng);
    session.state = SessionState::Greeted;
    protocol::HelloResult result;
    result.version = protocol::version;
    result.serverId = services.keys.serverId;
    result.serverNonce = session.serverNonce;
    result.signature = crypto::signServerHello(services.keys.signKey, helloOf(context));
    result.incarnation = services.settings.incarnation;
    result.registration = services.settings.registration;
    result.limits = services.settings.limits;
    result.serverMs = services.clock.nowMs();
    reply.answer(result);
}

void handle(Context& context, protocol::GetPasswordParameters request,
            Reply<protocol::GetPasswordParameters> reply)
{
    const auto& services = context.services;
    // Both are always looked up, so that the work is the same.
    const protocol::PasswordParameters fake{services.credentials.fakeSalt(request.username),
                                            services.settings.passwordOps,
                                            services.settings.passwordMem};
    const auto account = services.store.accounts().findByName(request.username);
    reply.answer(account ? account->password : fake);
}

void handle(Context& context, protocol::PasswordLogin request, Reply<protocol::PasswordLogin> reply)
{
    reply.finish(logIn(context, Credentials::Kind::Password, request.username, request.auth));
}

void handle(Context& context, protocol::RecoveryLogin request, Reply<protocol::RecoveryLogin> reply)
{
    reply.finish(
        logIn(context, Credentials::Kind::Recovery, request.username, request.recoveryAuth));
}

void handle(Context& context, protocol::ResetLogin request, Reply<protocol::ResetLogin> reply)
{
    reply.finish(logInByReset(context, request));
}

void handle(Context& context, protocol::DeviceLogin request, Reply<protocol::DeviceLogin> reply)
{
    const auto& services = context.services;
    auto& session = *context.session;
    if (const auto wait = services.credentials.waitForAddress(context.address()))
        return reply.refuse(rateLimited(*wait));
    if (session.state == SessionState::Pending && session.identity.user != request.userId)
        return reply.refuse(ErrorCode::Forbidden);
    const auto username = services.store.accounts().username(request.userId);
    const auto stored = services.store.directory().latest(request.userId);
    auto list = stored ? readList(stored->list) : std::nullopt;
    if (const auto* handed = username ? handedList(context, request.userId) : nullptr)
        list = *handed;
    if (!username || !list) {
        // What is not known may be known soon.
        if (services.store.handIns().status().isClosed())
            return reply.refuse(retryLater(services.settings));
        services.credentials.countFailure(context.address());
        return reply.refuse(ErrorCode::Unauthorized);
    }
    const auto* device = list->find(request.deviceId);
    if (!device)
        return refuseRemoved(context, request, reply);
    const auto verified = crypto::verifyDeviceLogin(device->signKey, helloOf(context),
                                                    request.userId, device->id, request.signature);
    if (!verified) {
        services.credentials.countFailure(context.address());
        return reply.refuse(ErrorCode::Unauthorized);
    }
    if (services.store.accounts().isDisabled(request.userId))
        return reply.refuse(ErrorCode::AccountDisabled);
    reply.answer({*username, services.clock.nowMs()});
    becomeReady(context, {request.userId, device->id, device->signKey, *username});
    keepHandIn(context);
    session.handIn.reset();
}

void becomeReady(Context& context, Identity identity)
{
    auto& services = context.services;
    const auto user = identity.user;
    context.session->identity = std::move(identity);
    context.session->state = SessionState::Ready;
    context.session->held.emplace(services.settings.traffic->sessions);
    context.session->connection()->admit(services.settings.limits.frameBytes);
    const bool appeared = services.router.add(context.session);
    // The time is stored now already, so that a crash does not leave an older one.
    writeQuietly(services,
                 [user, appeared, now = services.clock.nowMs()](Store& store, Deliveries& out) {
                     store.accounts().setLastSeen(user, now);
                     if (appeared)
                         announcePresence(store, user, now, out);
                 });
}

void becomeGone(Services& services, const std::shared_ptr<Session>& session, bool stopping)
{
    const auto user = session->identity.user;
    if (!services.router.remove(session))
        return;
    writeQuietly(services,
                 [user, stopping, now = services.clock.nowMs()](Store& store, Deliveries& out) {
                     store.accounts().setLastSeen(user, now);
                     if (!stopping)
                         announcePresence(store, user, now, out);
                 });
}

} // namespace impulse::server
