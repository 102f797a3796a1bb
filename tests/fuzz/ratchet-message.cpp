#include "client/e2ee/RatchetMessage.h"
#include "tests/fuzz/World.h"

using namespace impulse;
using namespace impulse::e2ee;
using fuzz::require;

namespace {

void parseAlone(View message)
{
    const auto parsed = RatchetMessage::parse(message);
    if (!parsed)
        return;
    auto again = writeRatchetHeader(parsed->session, parsed->init, parsed->ratchetKey,
                                    parsed->previousCount, parsed->number);
    require(equal(again, parsed->header));
    again.insert(again.end(), parsed->sealed.begin(), parsed->sealed.end());
    require(equal(again, message));
}

/// A message that opens opens once, and the state after it is stored and read as the same.
void keep(fuzz::World& world, View message, SessionStore::Unwrapped unwrapped)
{
    auto& store = world.bob.store();
    const auto alice = world.alice.asPeer();
    require(store.commit(std::move(unwrapped.changes)).ok());
    require(!store.unwrap(alice, message, fuzz::nowMs).ok());
    const auto saved = store.savePeer(alice.device());
    require(store.loadPeer(alice.device(), saved).ok());
    require(store.savePeer(alice.device()) == saved);
    world.restore();
}

} // namespace

// The first byte names a message that waits for Bob, to be edited by the rest; any other value
// means that the rest is the message. Nothing opens but what Alice has sent, and a message that
// does not open changes nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static fuzz::World world;
    if (size == 0)
        return 0;
    const View rest(data + 1, size - 1);
    const bool isWaiting = data[0] < world.waiting.size();
    const auto message = isWaiting ? fuzz::edited(world.waiting[data[0]], rest) : toBytes(rest);
    parseAlone(message);
    auto unwrapped = world.bob.store().unwrap(world.alice.asPeer(), message, fuzz::nowMs);
    require(world.bobIsUnchanged());
    const bool wasSent = std::ranges::find(world.waiting, message) != world.waiting.end();
    require(unwrapped.ok() == wasSent);
    if (unwrapped)
        keep(world, message, std::move(*unwrapped));
    return 0;
}
