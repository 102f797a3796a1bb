#include "server/core/handlers/Handlers.h"

namespace impulse::server {

void handle(Context& context, protocol::GetPresence request, Reply<protocol::GetPresence> reply)
{
    const auto& services = context.services;
    const auto& user = context.identity().user;
    const auto accepted = protocol::ContactState::Accepted;
    protocol::PresenceList result;
    for (const auto& person : request.userIds) {
        if (services.store.contacts().state(person, user) != accepted)
            continue;
        if (const auto account = services.store.accounts().find(person))
            result.people.push_back(services.router.presence(*account));
    }
    reply.answer(result);
}

void handle(Context& context, protocol::SetPrivacy request, Reply<protocol::SetPrivacy> reply)
{
    auto& services = context.services;
    const auto user = context.identity().user;
    if (const auto wait = services.limiter.take(Limit::ProfileChanges, limitKey({user})))
        return reply.refuse(rateLimited(*wait));
    write(
        services,
        [user, show = request.showLastSeen](Store& store,
                                            Deliveries& out) -> Outcome<protocol::Done> {
            const auto account = store.accounts().find(user);
            if (!account)
                return Failure{refusal(protocol::ErrorCode::Unauthorized)};
            if (account->showLastSeen == show)
                return protocol::Done{};
            store.accounts().setShowLastSeen(user, show);
            announcePresence(store, user, std::nullopt, out);
            return protocol::Done{};
        },
        [reply = std::move(reply)](const Outcome<protocol::Done>& done) mutable {
            reply.finish(done);
        });
}

} // namespace impulse::server
