#include "server/core/LocalBus.h"
#include "tests/support/Catch.h"

#include <atomic>
#include <thread>

using namespace impulse;
using namespace impulse::server;

namespace {

UserId user(std::uint8_t number)
{
    return *UserId::from(Bytes(16, number));
}

DeviceId device(std::uint8_t number)
{
    return *DeviceId::from(Bytes(16, number));
}

EventDelivery eventFor(std::uint64_t seq, std::vector<DeviceId> readers)
{
    return {seq, std::make_shared<const NewEvent>(), std::move(readers)};
}

std::vector<std::uint64_t> seqs(const std::vector<std::shared_ptr<const Delivery>>& deliveries)
{
    std::vector<std::uint64_t> result;
    for (const auto& delivery : deliveries)
        result.push_back(std::get<EventDelivery>(*delivery).seq);
    return result;
}

} // namespace

TEST_CASE("bus: a user is online while one of his sessions is anywhere")
{
    LocalBus bus;
    const auto first = bus.connect([] {});
    auto second = bus.connect([] {});
    CHECK(first->join(user(1), device(1)));
    CHECK_FALSE(second->join(user(1), device(2)));
    CHECK(second->isOnline(user(1)));
    CHECK_FALSE(first->leave(user(1), device(1)));
    CHECK(first->isOnline(user(1)));
    CHECK(second->leave(user(1), device(2)));
    CHECK_FALSE(first->isOnline(user(1)));
    // An end that goes takes its sessions with it.
    second->join(user(2), device(3));
    second.reset();
    CHECK_FALSE(first->isOnline(user(2)));
}

TEST_CASE("bus: a delivery reaches the ends that have a session for it, once, and no other")
{
    LocalBus bus;
    int wakes = 0;
    const auto first = bus.connect([&] { ++wakes; });
    const auto second = bus.connect([&] { ++wakes; });
    const auto third = bus.connect([&] { ++wakes; });
    first->join(user(1), device(1));
    first->join(user(1), device(2));
    second->join(user(2), device(3));
    Deliveries deliveries;
    deliveries.push_back(eventFor(1, {device(1), device(2), device(3)}));
    deliveries.push_back(eventFor(2, {device(3)}));
    deliveries.push_back(eventFor(3, {device(9)}));
    bus.publish(std::move(deliveries));
    CHECK(wakes == 2);
    const auto shared = first->take();
    CHECK(seqs(shared) == std::vector<std::uint64_t>{1});
    const auto other = second->take();
    CHECK(seqs(other) == std::vector<std::uint64_t>{1, 2});
    CHECK(shared[0] == other[0]);
    CHECK(third->take().empty());

    bus.publish({UserDelivery{user(1), Bytes{1}}, DirectoryDelivery{}});
    CHECK(first->take().size() == 2);
    CHECK(second->take().size() == 1);
    CHECK(third->take().size() == 1);
}

TEST_CASE("bus: the publisher waits for a busy end, in order and without loss")
{
    LocalBus bus;
    std::atomic<int> wakes = 0;
    auto end = bus.connect([&] { ++wakes; });
    end->join(user(1), device(1));
    constexpr std::uint64_t count = 5 * LocalBus::waiting;
    std::atomic<std::uint64_t> published = 0;
    std::thread publisher([&] {
        for (std::uint64_t seq = 1; seq <= count; ++seq) {
            Deliveries one;
            one.push_back(eventFor(seq, {device(1)}));
            bus.publish(std::move(one));
            published = seq;
        }
    });
    // Nobody takes anything: it stands still.
    while (published < LocalBus::waiting)
        std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(published == LocalBus::waiting);
    std::vector<std::uint64_t> all;
    while (all.size() < count) {
        const auto some = seqs(end->take());
        all.insert(all.end(), some.begin(), some.end());
    }
    publisher.join();
    CHECK(all.size() == count);
    CHECK(std::ranges::is_sorted(all));
    CHECK(all.back() == count);
}

TEST_CASE("bus: an end that goes lets a waiting publisher go on")
{
    LocalBus bus;
    auto end = bus.connect([] {});
    end->join(user(1), device(1));
    std::thread publisher([&] {
        for (std::uint64_t seq = 1; seq <= LocalBus::waiting + 10; ++seq) {
            Deliveries one;
            one.push_back(eventFor(seq, {device(1)}));
            bus.publish(std::move(one));
        }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    end.reset();
    publisher.join();
    SUCCEED();
}

TEST_CASE("bus: what one end publishes to another that is full is dropped, and nobody waits")
{
    LocalBus bus;
    const auto sender = bus.connect([] {});
    const auto receiver = bus.connect([] {});
    receiver->join(user(1), device(1));
    Deliveries many;
    for (std::uint64_t seq = 1; seq <= LocalBus::waiting + 100; ++seq)
        many.push_back(eventFor(seq, {device(1)}));
    sender->publish(std::move(many));
    CHECK(receiver->take().size() == LocalBus::waiting);
}

TEST_CASE("bus: an event of a group reaches each end with a member once, whoever comes and goes")
{
    LocalBus bus;
    const auto first = bus.connect([] {});
    const auto second = bus.connect([] {});
    const auto publishTo = [&](const std::shared_ptr<const Readers>& readers) {
        Deliveries deliveries;
        deliveries.push_back(GroupDelivery{{}, readers, Bytes{1}, {}});
        bus.publish(std::move(deliveries));
        return std::pair(first->take().size(), second->take().size());
    };
    auto readers = std::make_shared<const Readers>(Readers{device(1), device(2), device(3)});
    const std::pair<std::size_t, std::size_t> nobody(0, 0), one(1, 0), both(1, 1), other(0, 1);
    CHECK(publishTo(readers) == nobody);
    first->join(user(1), device(1));
    CHECK(publishTo(readers) == one);
    CHECK(publishTo(readers) == one);
    first->join(user(2), device(2));
    second->join(user(3), device(3));
    CHECK(publishTo(readers) == both);
    first->leave(user(1), device(1));
    first->leave(user(2), device(2));
    CHECK(publishTo(readers) == other);
    // Another list, perhaps at the address of the one that has gone.
    readers.reset();
    for (std::uint8_t i = 4; i < 20; ++i)
        CHECK(publishTo(std::make_shared<const Readers>(Readers{device(i)})) == nobody);
    CHECK(publishTo(std::make_shared<const Readers>(Readers{device(3)})) == other);
}

TEST_CASE("bus: an account's end is told everywhere, and what waits is counted")
{
    LocalBus bus;
    const auto first = bus.connect([] {});
    const auto second = bus.connect([] {});
    first->join(user(1), device(1));
    Deliveries deliveries;
    deliveries.push_back(AccountClosingDelivery{user(1), protocol::ErrorCode::AccountDisabled});
    deliveries.push_back(eventFor(1, {device(1)}));
    bus.publish(std::move(deliveries));
    CHECK(bus.waitingNow() == 3);
    for (auto* end : {first.get(), second.get()}) {
        const auto taken = end->take();
        REQUIRE_FALSE(taken.empty());
        const auto* closing = std::get_if<AccountClosingDelivery>(taken.front().get());
        REQUIRE(closing);
        CHECK(closing->user == user(1));
        CHECK(closing->reason == protocol::ErrorCode::AccountDisabled);
    }
    CHECK(bus.waitingNow() == 0);
}
