#include "tests/support/Catch.h"
#include "tests/unit/e2ee/World.h"

using namespace impulse;
using namespace impulse::e2ee;
using namespace impulse::e2ee::test;
using crypto::CryptoError;

// Property tests of encryption.md 11.2. Each prints its seed on failure.

namespace {

constexpr int runs = 1000;

/// One direction of a two-device conversation: what was sent and not yet delivered, and what was
/// delivered already.
struct Link {
    Device* from = nullptr;
    Device* to = nullptr;
    std::vector<Mail> waiting;
    std::vector<Mail> delivered;
};

void deliverNew(World& world, Link& link, std::size_t index)
{
    auto mail = link.waiting[index];
    link.waiting.erase(link.waiting.begin() + static_cast<std::ptrdiff_t>(index));
    const auto refused = link.to->receive(world, mail);
    INFO((refused ? crypto::errorName(*refused) : "read"));
    REQUIRE_FALSE(refused);
    REQUIRE(link.to->contents.at(mail.id()) == mail.content);
    link.delivered.push_back(std::move(mail));
}

void sendOne(World& world, Link& link)
{
    for (auto& mail : world.send(*link.from, {link.to}))
        link.waiting.push_back(std::move(mail));
}

void step(World& world, Link& link)
{
    const auto choice = world.random(10);
    if (choice < 4) {
        sendOne(world, link);
    } else if (choice < 8 && !link.waiting.empty()) {
        deliverNew(world, link, world.random(link.waiting.size()));
    } else if (choice == 8 && !link.waiting.empty()) {
        link.waiting.erase(link.waiting.begin());
    } else if (!link.delivered.empty()) {
        const auto& again = link.delivered[world.random(link.delivered.size())];
        REQUIRE(link.to->receive(world, again) == CryptoError::Duplicate);
    }
}

} // namespace

TEST_CASE("two devices read everything once, whatever is lost, doubled or late")
{
    const auto seed = newSeed();
    INFO("seed " << seed);
    for (unsigned run = 0; run < runs; ++run) {
        World world(seed + run);
        INFO("run " << run);
        auto& a = world.addDevice(0);
        auto& b = world.addDevice(1);
        Link links[]{{&a, &b, {}, {}}, {&b, &a, {}, {}}};
        for (int i = 0; i < 24; ++i) {
            step(world, links[world.random(2)]);
            world.reload(world.random(2) ? a : b);
        }
        // One quiet exchange: nothing else is under way.
        for (auto& link : links) {
            link.waiting.clear();
            sendOne(world, link);
            deliverNew(world, link, 0);
        }
        REQUIRE(a.store->active(b.peer()) == b.store->active(a.peer()));
        REQUIRE(a.store->active(b.peer()).has_value());
    }
}

TEST_CASE("five devices heal after lost and rolled back sessions")
{
    const auto seed = newSeed();
    INFO("seed " << seed);
    for (unsigned run = 0; run < runs; ++run) {
        World world(seed + run);
        INFO("run " << run);
        const std::size_t users[]{0, 0, 1, 1, 2};
        for (const auto user : users)
            world.addDevice(user);
        for (int i = 0; i < 18; ++i) {
            auto& device = world.device(world.random(world.deviceCount()));
            switch (world.random(12)) {
            case 0:
                device.store->forgetAll();
                break;
            case 1:
                device.takeSnapshot();
                break;
            case 2:
                device.rollBack(world);
                break;
            case 3:
                world.deliverSome(device);
                break;
            default:
                world.post(device, world.random(3));
                break;
            }
        }
        if (world.random(4) == 0) {
            // Both sides of every pair lose what their published prekeys need.
            for (std::size_t i = 0; i < world.deviceCount(); ++i)
                world.device(i).loseEverything(world);
        }
        const auto traffic = world.healUntilDone(6);
        REQUIRE(world.missing() == 0);
        // Every round each ordered pair of devices may exchange a request and its answers.
        REQUIRE(traffic < 6 * 20 * (2 + world.posted()));
    }
}
