#include "tests/fuzz/World.h"

using namespace impulse;
using namespace impulse::e2ee;
using fuzz::require;

namespace {

void trySession(View input)
{
    const crypto::SecretBytes saved(input);
    crypto::Reader reader(saved);
    const auto session = Session::read(reader);
    if (!session)
        return;
    crypto::SecretWriter writer;
    session->write(writer);
    const auto length = input.size() - reader.remaining();
    require(writer.take() == crypto::SecretBytes(input.first(length)));
}

/// A state that was read can be worked with, whatever it says.
void useSessions(fuzz::World& world)
{
    const auto alice = world.alice.asPeer();
    auto& store = world.bob.store();
    for (const auto& message : world.waiting) {
        auto unwrapped = store.unwrap(alice, message, fuzz::nowMs);
        if (unwrapped)
            require(store.commit(std::move(unwrapped->changes)).ok());
    }
    fuzz::CountingRng rng(3);
    static_cast<void>(store.needsSession(alice, fuzz::nowMs));
    const bool canWrap = store.canWrap(alice);
    const bool wrapped = store.wrap(rng, alice, std::string_view("x")).ok();
    require(canWrap || !wrapped);
    store.expireKeys(fuzz::nowMs);
    const auto saved = store.savePeer(alice.device());
    require(store.loadPeer(alice.device(), saved).ok());
}

void tryPeer(fuzz::World& world, View input)
{
    const crypto::SecretBytes saved(input);
    if (!world.bob.store().loadPeer(world.alice.id(), saved)) {
        require(world.bobIsUnchanged());
        return;
    }
    require(world.bob.store().savePeer(world.alice.id()) == saved);
    useSessions(world);
    world.restore();
}

void tryPrekeys(fuzz::World& world, View input)
{
    const crypto::SecretBytes saved(input);
    auto& store = world.bob.store();
    if (!store.loadPrekeys(saved)) {
        require(world.bobIsUnchanged());
        return;
    }
    require(store.savePrekeys() == saved);
    fuzz::CountingRng rng(4);
    auto& prekeys = store.changePrekeys();
    const auto plan = prekeys.plan(1, {1, 2, 3}, fuzz::nowMs);
    if (prekeys.rotateSigned(rng, world.bob.device(), fuzz::nowMs).ok())
        require(!prekeys.rotationDue(fuzz::nowMs));
    static_cast<void>(prekeys.makeOneTime(rng, plan.newOneTime % 4, fuzz::nowMs));
    const auto again = store.savePrekeys();
    require(store.loadPrekeys(again).ok());
    useSessions(world);
    world.restore();
}

} // namespace

// The stored forms of a session, of all sessions with a device, and of the prekeys: they have one
// reading, and what is refused changes nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static fuzz::World world;
    const View input(data, size);
    trySession(input);
    tryPeer(world, input);
    tryPrekeys(world, input);
    return 0;
}
