#include "server/core/InviteCodes.h"
#include "server/core/handlers/Handlers.h"

namespace impulse::server {

void handle(Context& context, protocol::CreateInvite request, Reply<protocol::CreateInvite> reply)
{
    auto& services = context.services;
    const auto& user = context.identity().user;
    if (services.settings.registration == protocol::RegistrationPolicy::Closed)
        return reply.refuse(protocol::ErrorCode::Forbidden);
    if (request.uses == 0 || request.uses > inviteMaxUses || request.validForMs > inviteMaxMs)
        return reply.refuse(protocol::ErrorCode::Malformed);
    if (const auto wait = services.limiter.take(Limit::Invites, limitKey({user})))
        return reply.refuse(rateLimited(*wait));
    const auto code = newInviteCode(services.rng);
    const auto validMs = request.validForMs == 0 ? inviteDefaultMs : request.validForMs;
    const NewInvite invite{inviteHash(code), user, request.uses, services.clock.nowMs() + validMs};
    write(
        services,
        [invite](Store& store) -> Outcome<protocol::Done> {
            store.invites().insert(invite);
            return protocol::Done{};
        },
        [code, invite, reply = std::move(reply)](const Outcome<protocol::Done>& done) mutable {
            if (!done)
                return reply.refuse(done.error());
            reply.answer({code, invite.expiresMs});
        });
}

} // namespace impulse::server
