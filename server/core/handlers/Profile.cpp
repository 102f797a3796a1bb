#include "common/crypto/ProfileHead.h"
#include "server/core/handlers/Handlers.h"

namespace impulse::server {

using protocol::ErrorCode;

void handle(Context& context, protocol::PutProfile request, Reply<protocol::PutProfile> reply)
{
    auto& services = context.services;
    const auto user = context.identity().user;
    const auto version = crypto::profileVersion(request.profile);
    if (!version)
        return reply.refuse(ErrorCode::Malformed);
    if (const auto wait = services.limiter.take(Limit::ProfileChanges, limitKey({user})))
        return reply.refuse(rateLimited(*wait));
    write(
        services,
        [user, version = *version,
         profile = std::move(request.profile)](Store& store) -> Outcome<std::vector<UserId>> {
            const auto stored = store.accounts().profile(user);
            if (!stored)
                return Failure{refusal(ErrorCode::Unauthorized)};
            // Two devices of one account that change it at the same time must not undo each other.
            const auto present = crypto::profileVersion(*stored);
            if (present && version <= *present)
                return Failure{refusal(ErrorCode::ProfileConflict, *present)};
            store.accounts().setProfile(user, profile);
            return store.contacts().audience(user);
        },
        [&services, user,
         reply = std::move(reply)](const Outcome<std::vector<UserId>>& audience) mutable {
            if (!audience)
                return reply.refuse(audience.error());
            const auto session = reply.session();
            reply.answer({});
            for (const auto& peer : *audience)
                services.router.pushSmall(peer, protocol::ProfilePush{user});
            services.router.pushSmall(user, protocol::ProfilePush{user}, session.get());
        });
}

void handle(Context& context, protocol::GetProfile request, Reply<protocol::GetProfile> reply)
{
    const auto& store = context.services.store;
    const auto& user = context.identity().user;
    const auto accepted = protocol::ContactState::Accepted;
    const bool allowed =
        request.userId == user || store.contacts().state(request.userId, user) == accepted;
    const auto profile = allowed ? store.accounts().profile(request.userId) : std::nullopt;
    if (!profile)
        return reply.refuse(ErrorCode::NotFound);
    reply.answer({*profile});
}

} // namespace impulse::server
