#include "common/crypto/Primitives.h"
#include "tests/support/Catch.h"

#include <algorithm>
#include <atomic>
#include <ostream>
#include <set>
#include <thread>

using namespace impulse;
using namespace impulse::crypto;

namespace {

using Secret32 = Secret<struct Secret32Tag, 32>;
using Secret64 = Secret<struct Secret64Tag, 64>;
using Secret16 = Secret<struct Secret16Tag, 16>;

template <class T>
concept Printable = requires(std::ostream& out, const T& value)
{
    out << value;
};

template <class T> T filled(std::uint8_t byte)
{
    return std::move(*T::from(Bytes(T::size(), byte)));
}

bool isZero(View bytes)
{
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

} // namespace

static_assert(!std::is_copy_constructible_v<Secret32> && !std::is_copy_assignable_v<Secret32>);
static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<Secret32>);
static_assert(!std::is_convertible_v<Secret32, View> && !std::is_convertible_v<SecretBytes, View>);
static_assert(!Printable<Secret32> && !Printable<SecretBytes>);
static_assert(!std::is_constructible_v<Secret32, Secret64>);

TEMPLATE_TEST_CASE("a secret is wiped when it goes", "[secret]", Secret16, Secret32, Secret64)
{
    // Slabs stay mapped, so the freed slot can be looked at.
    View slot;
    {
        const auto secret = filled<TestType>(0xa5);
        slot = SecretAccess::view(secret);
        REQUIRE(slot.front() == 0xa5);
        REQUIRE(slot.size() == TestType::size());
    }
    CHECK(isZero(slot));
}

TEST_CASE("a secret is wiped when another is moved into its place")
{
    auto first = filled<Secret32>(1);
    const auto slot = SecretAccess::view(first);
    {
        auto second = filled<Secret32>(2);
        first = std::move(second);
    }
    CHECK(isZero(slot));
    CHECK(first == filled<Secret32>(2));
}

TEST_CASE("a new secret is all zeros, in a slot of its own")
{
    std::vector<Secret32> secrets(1000); // several slabs
    std::set<const std::uint8_t*> slots;
    for (const auto& secret : secrets) {
        CHECK(isZero(SecretAccess::view(secret)));
        slots.insert(SecretAccess::view(secret).data());
    }
    CHECK(slots.size() == secrets.size());
}

TEST_CASE("secrets can be made and wiped on several threads")
{
    std::vector<std::thread> threads;
    std::atomic<int> wrong = 0;
    for (std::uint8_t id = 1; id <= 4; ++id)
        threads.emplace_back([id, &wrong] {
            for (int round = 0; round < 2000; ++round) {
                auto one = filled<Secret32>(id);
                const auto other = one.clone();
                if (!(one == other) || SecretAccess::view(other).back() != id)
                    ++wrong;
            }
        });
    for (auto& thread : threads)
        thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("equality sees a difference in every byte")
{
    const auto secret = filled<Secret32>(7);
    for (std::size_t i = 0; i < 32; ++i) {
        Bytes other(32, 7);
        other[i] ^= 1;
        CHECK_FALSE(secret == *Secret32::from(other));
        CHECK_FALSE(equalConstantTime(Bytes(32, 7), other));
    }
    CHECK(secret == secret.clone());
    CHECK_FALSE(equalConstantTime(Bytes(3), Bytes(4)));
    CHECK(equalConstantTime(Bytes{}, Bytes{}));
}

TEST_CASE("only the right length makes a secret")
{
    CHECK_FALSE(Secret32::from(Bytes(31)));
    CHECK_FALSE(Secret32::from(Bytes(33)));
    CHECK(Secret32::from(Bytes(32)));
}

TEST_CASE("secret bytes grow and keep their content")
{
    SecretBytes secret;
    Bytes expected;
    for (int i = 0; i < 300; ++i) {
        const Bytes piece(static_cast<std::size_t>(i % 70), static_cast<std::uint8_t>(i));
        secret.append(piece);
        expected.insert(expected.end(), piece.begin(), piece.end());
    }
    CHECK(equal(SecretAccess::view(secret), expected));
    CHECK(secret == secret.clone());

    secret.append(SecretAccess::view(secret)); // its own memory, which moves meanwhile
    auto twice = expected;
    twice.insert(twice.end(), expected.begin(), expected.end());
    CHECK(equal(SecretAccess::view(secret), twice));

    auto moved = std::move(secret);
    CHECK(moved.size() == twice.size());
    moved.clear();
    CHECK(moved.empty());
    CHECK(SecretBytes(View{}).empty());
}

TEST_CASE("the system generator fills the whole secret")
{
    SystemRng rng;
    Bytes seen(64);
    for (int i = 0; i < 20; ++i) {
        const auto secret = random<Secret64>(rng);
        const auto bytes = SecretAccess::view(secret);
        for (std::size_t k = 0; k < seen.size(); ++k)
            seen[k] |= bytes[k];
    }
    CHECK(std::ranges::none_of(seen, [](std::uint8_t byte) { return byte == 0; }));
}
