#include "common/crypto/Password.h"
#include "common/crypto/ProfileHead.h"
#include "server/core/InviteCodes.h"
#include "server/core/Recovery.h"
#include "server/core/handlers/Handlers.h"
#include "server/core/handlers/NewAccounts.h"

namespace impulse::server {
namespace {

using protocol::ErrorCode;

/// In the transaction: what a device of `user` has handed in.
Outcome<protocol::Done> storeHandIn(Store& store, const Identity& identity,
                                    const HandInDraft::Parts& parts)
{
    auto& handIns = store.handIns();
    const auto status = handIns.status();
    const auto& user = identity.user;
    for (const auto& list : parts.lists)
        store.directory().supplyList(list.label, list.checked.hash, list.bytes,
                                     list.checked.deviceIds());
    // Only users whom the backup knows count: others could be invented.
    if (store.accounts().createdMs(user) >= status.restoredMs)
        return protocol::Done{};
    // Behind, or too late.
    if (parts.stated.seq < status.endSeq || store.directory().lastSeq() != status.endSeq)
        return protocol::Done{};
    std::uint64_t added = 0;
    for (const auto& entry : parts.entries)
        added += handIns.isKnown(entry.head) ? 0 : 1;
    if (handIns.countOf(user) + added > protocol::handInEntries)
        return Failure{refusal(ErrorCode::TooLarge)};
    for (const auto& entry : parts.entries)
        handIns.add(entry, user);
    if (!parts.entries.empty()) {
        for (const auto& list : parts.lists)
            handIns.addList(list.checked.hash, {list.user, list.bytes});
    }
    handIns.setPosition({identity.device, user, parts.stated.head});
    return protocol::Done{};
}

/// Everything of a return that was checked before its transaction.
struct Return {
    NewAccount account;
    Hash32 label;
    std::vector<Bytes> lists;
    std::vector<CheckedList> checked;
    ListedDevice device;
    /// None is needed if the log has the account.
    Outcome<protocol::Done> invited = protocol::Done{};
    std::optional<InviteHash> invite;
    std::uint64_t retryMs = 0;
};

Outcome<Return> checkReturn(const Context& context, protocol::RegisterAgain& request)
{
    const auto& services = context.services;
    if (!crypto::isUsername(request.username))
        return Failure{refusal(ErrorCode::UsernameInvalid)};
    if (!crypto::checkParams({request.password.ops, request.password.mem}))
        return Failure{refusal(ErrorCode::WeakParameters)};
    if (request.userId.isZero() || request.rootSlot.empty() ||
        !crypto::profileVersion(request.profile))
        return Failure{refusal(ErrorCode::Malformed)};
    Return result;
    for (const auto& bytes : request.lists) {
        IMPULSE_TRY(auto list, checkList(bytes, request.userId));
        const auto previous = result.checked.empty() ? Hash32() : result.checked.back().hash;
        if (list.version != result.checked.size() + 1 || list.previous != previous)
            return Failure{refusal(ErrorCode::InvalidDeviceList)};
        result.checked.push_back(std::move(list));
    }
    if (result.checked.empty())
        return Failure{refusal(ErrorCode::InvalidDeviceList)};
    const auto* device = result.checked.back().find(request.deviceId);
    if (!device || !crypto::verifyDeviceLogin(device->signKey, helloOf(context), request.userId,
                                              device->id, request.signature))
        return Failure{refusal(ErrorCode::Unauthorized)};
    result.device = *device;
    result.label = directoryLabel(services.keys.serverId, request.userId);
    if (services.store.directory().history(result.label).empty()) {
        result.invited = checkInvite(context, request.invite);
        if (result.invited && request.invite &&
            services.settings.registration == protocol::RegistrationPolicy::Invite)
            result.invite = inviteHash(*request.invite);
    }
    result.account = newAccountOf(services, request);
    result.lists = std::move(request.lists);
    result.retryMs = retryMs(services.settings);
    return result;
}

/// In the transaction. Gives the position of the newest list.
Outcome<std::uint64_t> storeReturn(Store& store, const Return& back, Deliveries& out)
{
    const auto& account = back.account.account;
    auto& directory = store.directory();
    IMPULSE_CHECK(checkAppends(store, back.retryMs));
    if (store.accounts().isNameTaken(account.username))
        return Failure{refusal(ErrorCode::UsernameTaken)};
    if (store.accounts().isIdTaken(account.userId))
        return Failure{refusal(ErrorCode::Forbidden)};
    const auto history = directory.history(back.label);
    if (history.size() > back.checked.size())
        return Failure{refusal(ErrorCode::DirectoryConflict)};
    for (std::size_t i = 0; i < history.size(); ++i) {
        if (history[i].listHash != back.checked[i].hash)
            return Failure{refusal(ErrorCode::DirectoryConflict)};
    }
    if (history.empty()) {
        IMPULSE_CHECK(back.invited);
        if (back.invite && !store.invites().use(*back.invite, back.account.createdMs))
            return Failure{refusal(ErrorCode::InviteInvalid)};
    }
    store.accounts().insert(back.account);
    directory.claim(back.label, account.userId);
    for (std::size_t i = 0; i < history.size(); ++i)
        directory.supplyList(back.label, back.checked[i].hash, back.lists[i],
                             back.checked[i].deviceIds());
    auto seq = history.empty() ? 0 : history.back().seq;
    for (auto i = history.size(); i < back.checked.size(); ++i) {
        const auto& list = back.checked[i];
        seq = directory.append({account.userId, back.label, list.hash, back.lists[i],
                                list.deviceIds(), back.account.createdMs});
        out.push_back(DirectoryDelivery{{seq, back.label, list.hash}});
    }
    return seq;
}

} // namespace

void keepHandIn(Context& context)
{
    const auto& draft = context.session->handIn;
    if (!draft || !draft->isComplete())
        return;
    write(
        context.services,
        [parts = std::make_shared<const HandInDraft::Parts>(draft->parts()),
         identity = context.session->identity](Store& store) {
            return storeHandIn(store, identity, *parts);
        },
        [](const Outcome<protocol::Done>&) {});
}

void handle(Context& context, protocol::HandIn request, Reply<protocol::HandIn> reply)
{
    auto& services = context.services;
    auto& draft = context.session->handIn;
    const auto status = services.store.handIns().status();
    if (status.restoredMs == 0)
        return reply.refuse(ErrorCode::OutOfState);
    const crypto::DirectoryHead stated{request.seq, request.head};
    if (!draft || draft->stated() != stated || (request.entries.empty() && request.lists.empty())) {
        services.logHeads.update(services.store);
        auto begun = HandInDraft::begin(services.store, services.logHeads, services.keys.serverId,
                                        services.handInBytes, stated);
        if (!begun) {
            draft.reset();
            return reply.refuse(begun.error());
        }
        draft = std::move(*begun);
    }
    if (const auto taken = draft->take(services.store, request); !taken) {
        draft.reset();
        return reply.refuse(taken.error());
    }
    reply.answer({draft->state(), draft->after(), status.baseSeq, retryMs(services.settings)});
    if (context.session->state != SessionState::Ready)
        return;
    keepHandIn(context);
    // Who only asks has nothing to follow.
    if (draft->isComplete() && request.entries.empty() && request.lists.empty())
        draft.reset();
}

void handle(Context& context, protocol::RegisterAgain request, Reply<protocol::RegisterAgain> reply)
{
    auto& services = context.services;
    const auto status = services.store.handIns().status();
    if (status.restoredMs == 0)
        return reply.refuse(ErrorCode::OutOfState);
    if (status.isClosed())
        return reply.refuse(retryLater(services.settings));
    const auto key = limitKey({view(context.address())});
    if (const auto wait = services.limiter.take(Limit::Registrations, key))
        return reply.refuse(rateLimited(*wait));
    auto checked = checkReturn(context, request);
    if (!checked)
        return reply.refuse(checked.error());
    context.session->state = SessionState::Registering;
    const auto back = std::make_shared<const Return>(std::move(*checked));
    write(
        services, [back](Store& store, Deliveries& out) { return storeReturn(store, *back, out); },
        [&services, back, reply = std::move(reply)](const Outcome<std::uint64_t>& seq) mutable {
            const auto session = reply.session();
            if (session && session->state == SessionState::Registering)
                session->state = SessionState::Greeted;
            if (!seq)
                return reply.refuse(seq.error());
            const auto& account = back->account.account;
            reply.answer({*seq, back->account.createdMs});
            if (session && session->state == SessionState::Greeted) {
                Context ready{services, session};
                becomeReady(ready, {account.userId, back->device.id, back->device.signKey,
                                    account.username});
            }
        });
}

} // namespace impulse::server
