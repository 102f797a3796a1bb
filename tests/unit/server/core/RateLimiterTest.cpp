#include "tests/unit/server/core/Harness.h"

#include <thread>

using namespace impulse::tests;
using namespace impulse;

namespace {

constexpr std::uint64_t minuteMs = 60'000;
constexpr std::uint64_t hourMs = 60 * minuteMs;

/// Three a minute of each thing.
struct Fixture {
    static std::shared_ptr<const LiveLimits> rules(LimitRule rule)
    {
        Limits limits;
        limits.rules.fill(rule);
        return std::make_shared<const LiveLimits>(limits);
    }
    explicit Fixture(LimitRule rule = {3, minuteMs}) : limiter(clock, rules(rule)) {}

    std::optional<std::uint64_t> take(const std::string& key = "anna", std::uint64_t amount = 1)
    {
        return limiter.take(Limit::Resolves, key, amount);
    }

    FakeClock clock;
    RateLimiter limiter;
};

} // namespace

TEST_CASE("a limit counts in windows and says how long it lasts")
{
    Fixture fixture;
    CHECK_FALSE(fixture.take());
    fixture.clock.now += 10'000;
    CHECK_FALSE(fixture.take());
    CHECK_FALSE(fixture.take());
    // The window began with the first; who asks in vain does not make it longer.
    for (int i = 0; i < 5; ++i)
        CHECK(fixture.take() == 50'000u);
    CHECK(fixture.limiter.count(Limit::Resolves, "anna") == 3);
    CHECK(fixture.limiter.waitMs(Limit::Resolves, "anna") == 50'000u);
    // Other keys and other limits are others.
    CHECK_FALSE(fixture.take("boris"));
    CHECK_FALSE(fixture.limiter.take(Limit::Invites, "anna"));
    fixture.clock.now += 49'999;
    CHECK(fixture.take() == 1u);
    fixture.clock.now += 1;
    CHECK_FALSE(fixture.limiter.waitMs(Limit::Resolves, "anna"));
    CHECK(fixture.limiter.count(Limit::Resolves, "anna") == 0);
    CHECK_FALSE(fixture.take());
    CHECK(fixture.limiter.count(Limit::Resolves, "anna") == 1);
}

TEST_CASE("the last amount that is allowed may pass the limit")
{
    Fixture fixture;
    CHECK_FALSE(fixture.take("anna", 2));
    CHECK_FALSE(fixture.take("anna", 1000));
    CHECK(fixture.take("anna", 1) == minuteMs);
    CHECK(fixture.limiter.count(Limit::Resolves, "anna") == 1002);
}

TEST_CASE("what is cleared or over is forgotten")
{
    Fixture fixture;
    for (int i = 0; i < 3; ++i)
        CHECK_FALSE(fixture.take());
    fixture.limiter.clear(Limit::Resolves, "anna");
    CHECK(fixture.limiter.keyCount(Limit::Resolves) == 0);
    CHECK_FALSE(fixture.take());
    fixture.clock.now += minuteMs - 1;
    CHECK_FALSE(fixture.take("boris"));
    fixture.limiter.prune();
    CHECK(fixture.limiter.keyCount(Limit::Resolves) == 2);
    fixture.clock.now += 1;
    fixture.limiter.prune();
    CHECK(fixture.limiter.keyCount(Limit::Resolves) == 1);
    CHECK(fixture.limiter.count(Limit::Resolves, "boris") == 1);
}

TEST_CASE("the wait after failures doubles, up to the length of the window")
{
    Fixture fixture({1000, hourMs});
    const auto wait = [&] { return fixture.limiter.growingWaitMs(Limit::Resolves, "anna"); };
    CHECK_FALSE(wait());
    fixture.limiter.add(Limit::Resolves, "anna");
    // One may be a mistake.
    CHECK_FALSE(wait());
    std::uint64_t expected = RateLimiter::firstWaitMs;
    for (int failure = 2; failure <= 12; ++failure) {
        fixture.limiter.add(Limit::Resolves, "anna");
        CHECK(wait() == expected);
        fixture.clock.now += 1;
        CHECK(wait() == expected - 1);
        expected *= 2;
    }
    for (int i = 0; i < 100; ++i)
        fixture.limiter.add(Limit::Resolves, "anna");
    // Of 2^110 seconds an hour is left, and the window's end frees.
    CHECK(wait() == hourMs);
    fixture.clock.now += hourMs;
    CHECK_FALSE(wait());
    // At the limit the window itself is what is waited for.
    Fixture few({3, hourMs});
    for (int i = 0; i < 3; ++i)
        few.limiter.add(Limit::Resolves, "anna");
    few.clock.now += 10'000;
    CHECK(few.limiter.growingWaitMs(Limit::Resolves, "anna") == hourMs - 10'000);
}

TEST_CASE("a limit in force outlives a clock that is set back, and lasts no longer for it")
{
    Fixture fixture;
    for (int i = 0; i < 3; ++i)
        CHECK_FALSE(fixture.take());
    fixture.limiter.add(Limit::FailuresPerAddress, "anna", 2);
    fixture.clock.now += 100;
    CHECK(fixture.limiter.growingWaitMs(Limit::FailuresPerAddress, "anna") == 900u);
    fixture.clock.now += 9'900;
    CHECK(fixture.take() == 50'000u);
    SECTION("once")
    {
        fixture.clock.setBack(hourMs);
    }
    SECTION("again and again")
    {
        for (int i = 0; i < 10; ++i) {
            fixture.clock.setBack(hourMs);
            CHECK(fixture.take() == 50'000u);
        }
    }
    CHECK(fixture.limiter.count(Limit::Resolves, "anna") == 3);
    CHECK(fixture.take() == 50'000u);
    fixture.limiter.prune();
    fixture.clock.now += 49'999;
    CHECK(fixture.take() == 1u);
    fixture.clock.now += 1;
    CHECK_FALSE(fixture.take());
    // And a window that began after that is as long as any other.
    CHECK_FALSE(fixture.take());
    CHECK_FALSE(fixture.take());
    CHECK(fixture.take() == minuteMs);
    fixture.clock.now += minuteMs;
    CHECK_FALSE(fixture.take());
}

TEST_CASE("a growing wait outlives a clock that is set back, and lasts no longer for it")
{
    Fixture fixture({10, minuteMs});
    fixture.limiter.add(Limit::FailuresPerAddress, "anna", 4);
    const auto wait = [&] {
        return fixture.limiter.growingWaitMs(Limit::FailuresPerAddress, "anna");
    };
    CHECK(wait() == 4000u);
    fixture.clock.setBack(hourMs);
    CHECK(wait() == 4000u);
    fixture.clock.now += 3999;
    CHECK(wait() == 1u);
    fixture.clock.now += 1;
    CHECK_FALSE(wait());
}

TEST_CASE("however many keys there are, memory is bounded, and the newest are counted")
{
    Fixture fixture;
    std::size_t most = 0;
    SECTION("a few in each millisecond")
    {
        for (std::size_t i = 0; i < RateLimiter::maxKeys + 50'000; ++i) {
            fixture.clock.now += i % 10 == 0;
            fixture.take(std::to_string(i), 3);
            most = std::max(most, fixture.limiter.keyCount(Limit::Resolves));
        }
        // Those whose windows are nearly over went first.
        CHECK_FALSE(fixture.limiter.waitMs(Limit::Resolves, "0"));
        for (std::size_t i = RateLimiter::maxKeys; i < RateLimiter::maxKeys + 50'000; ++i)
            CHECK(fixture.limiter.count(Limit::Resolves, std::to_string(i)) == 3);
    }
    SECTION("all in one millisecond")
    {
        for (std::size_t i = 0; i < RateLimiter::maxKeys + 10; ++i) {
            fixture.take(std::to_string(i), 3);
            most = std::max(most, fixture.limiter.keyCount(Limit::Resolves));
        }
    }
    CHECK(most == RateLimiter::maxKeys);
    CHECK(fixture.take("last", 3) == std::nullopt);
    CHECK(fixture.take("last") == minuteMs);
}

TEST_CASE("of several threads together no more is allowed")
{
    Fixture fixture({1000, minuteMs});
    std::atomic<int> allowed = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 1000; ++n)
                allowed += !fixture.take();
        });
    }
    for (auto& thread : threads)
        thread.join();
    CHECK(allowed == 1000);
    CHECK(fixture.take() == minuteMs);
}

TEST_CASE("parts of a key cannot be shifted into each other")
{
    CHECK(limitKey({view("ab"), view("c")}) != limitKey({view("a"), view("bc")}));
    CHECK(limitKey({view("ab"), view("c")}) == limitKey({view("ab"), view("c")}));
}
