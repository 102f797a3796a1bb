#include "server/core/handlers/Handlers.h"

namespace impulse::server {
namespace {

using protocol::ContactState;
using protocol::ErrorCode;

constexpr std::size_t contactsPerPage = 1000;

Outcome<protocol::Done> changeContact(Store& store, const UserId& user, std::uint64_t session,
                                      const protocol::SetContact& request, Deliveries& out)
{
    auto username = store.accounts().username(request.userId);
    if (!username || !store.accounts().username(user))
        return Failure{refusal(ErrorCode::NotFound)};
    const auto before = store.contacts().state(user, request.userId);
    store.contacts().set(user, request.userId, request.state);
    const protocol::ContactPush push{{request.userId, std::move(*username), request.state}};
    out.push_back(UserDelivery{user, protocol::encodePush(push), session});
    const bool was = before == ContactState::Accepted;
    const bool is = request.state == ContactState::Accepted;
    if (was != is)
        announcePresenceTo(store, request.userId, user, is, out);
    return protocol::Done{};
}

} // namespace

void handle(Context& context, protocol::ResolveUsername request,
            Reply<protocol::ResolveUsername> reply)
{
    auto& services = context.services;
    const auto key = limitKey({context.identity().user});
    if (const auto wait = services.limiter.take(Limit::Resolves, key))
        return reply.refuse(rateLimited(*wait));
    const auto account = services.store.accounts().findByName(request.username);
    if (!account)
        return reply.refuse(ErrorCode::NotFound);
    reply.answer({account->userId, account->username});
}

void handle(Context& context, protocol::GetUsers request, Reply<protocol::GetUsers> reply)
{
    protocol::Users result;
    for (const auto& user : request.userIds) {
        if (auto username = context.services.store.accounts().username(user))
            result.users.push_back({user, std::move(*username)});
    }
    reply.answer(result);
}

void handle(Context& context, protocol::SetContact request, Reply<protocol::SetContact> reply)
{
    auto& services = context.services;
    const auto user = context.identity().user;
    if (request.userId == user)
        return reply.refuse(ErrorCode::Forbidden);
    if (const auto wait = services.limiter.take(Limit::ContactChanges, limitKey({user})))
        return reply.refuse(rateLimited(*wait));
    write(
        services,
        [user, session = context.session->number, request](Store& store, Deliveries& out) {
            return changeContact(store, user, session, request, out);
        },
        [reply = std::move(reply)](const Outcome<protocol::Done>& done) mutable {
            reply.finish(done);
        });
}

void handle(Context& context, protocol::GetContacts request, Reply<protocol::GetContacts> reply)
{
    protocol::Contacts result;
    result.contacts = context.services.store.contacts().list(context.identity().user, request.after,
                                                             contactsPerPage + 1);
    if (result.contacts.size() > contactsPerPage) {
        result.contacts.resize(contactsPerPage);
        result.more = true;
    }
    reply.answer(result);
}

} // namespace impulse::server
