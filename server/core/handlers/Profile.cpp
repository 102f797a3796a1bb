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
        [user, session = context.session->number, version = *version,
         profile = std::move(request.profile)](Store& store,
                                               Deliveries& out) -> Outcome<protocol::Done> {
            const auto stored = store.accounts().profile(user);
            if (!stored)
                return Failure{refusal(ErrorCode::Unauthorized)};
            // Two devices of one account that change it at the same time must not undo each other.
            const auto present = crypto::profileVersion(*stored);
            if (present && version <= *present)
                return Failure{refusal(ErrorCode::ProfileConflict, *present)};
            store.accounts().setProfile(user, profile);
            const auto frame = protocol::encodePush(protocol::ProfilePush{user});
            for (const auto& peer : store.contacts().audience(user))
                out.push_back(UserDelivery{peer, frame});
            out.push_back(UserDelivery{user, frame, session});
            return protocol::Done{};
        },
        [reply = std::move(reply)](const Outcome<protocol::Done>& done) mutable {
            reply.finish(done);
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
