#include "common/crypto/Layouts.h"
#include "tests/vectors/VectorHarness.h"

using namespace impulse;
using namespace impulse::crypto;
using namespace impulse::vectors;

namespace {

Aad fields(const In& in)
{
    Aad aad;
    aad.kind = static_cast<EventKind>(in.integer<std::uint8_t>("kind"));
    aad.flags = in.integer<std::uint8_t>("flags");
    aad.conversation = in.value<ConversationId>("conv_id");
    aad.message = in.value<MessageId>("msg_id");
    aad.senderUser = in.value<UserId>("sender_user");
    aad.senderDevice = in.value<DeviceId>("sender_device");
    aad.peerUser = in.value<UserId>("peer_user");
    aad.sentMs = in.number("sent_ms");
    aad.seq = in.number("seq");
    if (in.has("epoch"))
        aad.group =
            Aad::Group{in.number("epoch"), in.value<Hash32>("state_hash"),
                       in.value<ChainId>("chain_id"), in.integer<std::uint32_t>("iteration")};
    return aad;
}

Out runMake(const In& in)
{
    return Out().bytes("aad", unwrap(writeAad(fields(in))));
}

Out runParse(const In& in)
{
    const auto bytes = in.bytes("aad");
    const auto aad = unwrap(parseAad(bytes));
    if (unwrap(writeAad(aad)) != bytes)
        throw Mismatch("writing what was read gives other bytes");
    Out out;
    out.number("kind", static_cast<std::uint8_t>(aad.kind))
        .number("flags", aad.flags)
        .bytes("conv_id", aad.conversation)
        .bytes("msg_id", aad.message)
        .bytes("sender_user", aad.senderUser)
        .bytes("sender_device", aad.senderDevice)
        .bytes("peer_user", aad.peerUser)
        .number("sent_ms", aad.sentMs)
        .number("seq", aad.seq);
    if (aad.group)
        out.number("epoch", aad.group->epoch)
            .bytes("state_hash", aad.group->stateHash)
            .bytes("chain_id", aad.group->chain)
            .number("iteration", aad.group->iteration);
    return out;
}

Out runDmId(const In& in)
{
    return Out().bytes("conv_id", directConversation(in.value<UserId>("a"), in.value<UserId>("b")));
}

const Topic topic("aad", {{"make", runMake}, {"parse", runParse}, {"dm_id", runDmId}});

} // namespace
