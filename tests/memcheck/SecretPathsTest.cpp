#include "common/crypto/Primitives.h"
#include "tests/fuzz/World.h"
#include "tests/support/Catch.h"

#ifdef IMPULSE_MEMCHECK
#include <valgrind/memcheck.h>
#endif

using namespace impulse;
using namespace impulse::crypto;

namespace {

using Key32 = Secret<struct Key32Tag, 32>;

#ifdef IMPULSE_MEMCHECK
bool isWatched()
{
    return RUNNING_ON_VALGRIND != 0;
}
unsigned long errors()
{
    return static_cast<unsigned long>(VALGRIND_COUNT_ERRORS);
}
void hide(View bytes)
{
    static_cast<void>(VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size()));
}
void reveal(const void* data, std::size_t size)
{
    static_cast<void>(VALGRIND_MAKE_MEM_DEFINED(data, size));
}
#else
bool isWatched()
{
    return false;
}
unsigned long errors()
{
    return 0;
}
void hide(View) {}
void reveal(const void*, std::size_t) {}
#endif

constexpr auto reason = "branches on secrets (not run by valgrind, or its header is missing)";

template <class T> void hideSecret(const T& secret)
{
    hide(SecretAccess::view(secret));
}

Key32 hiddenKey(std::uint8_t fill)
{
    auto key = std::move(*Key32::from(Bytes(32, fill)));
    hideSecret(key);
    return key;
}

} // namespace

TEST_CASE("a branch on a secret is noticed")
{
    if (!isWatched())
        IMPULSE_SKIP(reason);
    const auto key = hiddenKey(1);
    const auto before = errors();
    volatile bool isOne = false;
    if (SecretAccess::view(key)[0] == 1)
        isOne = true;
    CHECK(isOne);
    CHECK(errors() > before);
}

TEST_CASE("secrets are compared without a branch on them")
{
    if (!isWatched())
        IMPULSE_SKIP(reason);
    const auto before = errors();
    for (const bool alike : {true, false}) {
        const std::uint8_t other = alike ? 1 : 2;
        bool same = hiddenKey(1) == hiddenKey(other);
        reveal(&same, sizeof same);
        CHECK(same == alike);
        SecretBytes one(Bytes(100, 1));
        SecretBytes two(Bytes(100, other));
        hideSecret(one);
        hideSecret(two);
        same = one == two;
        reveal(&same, sizeof same);
        CHECK(same == alike);
        same = equalConstantTime(SecretAccess::view(one), SecretAccess::view(two));
        reveal(&same, sizeof same);
        CHECK(same == alike);
    }
    CHECK(errors() == before);
}

TEST_CASE("keys are derived and used without a branch on them")
{
    if (!isWatched())
        IMPULSE_SKIP(reason);
    fuzz::CountingRng rng(1);
    const auto before = errors();
    const auto derived = kdf64<BoxSeed, SignSeed>(hiddenKey(1), label::ratchetRoot, hiddenKey(2));
    const auto box = boxKeyPair(derived.first);
    const auto sign = signKeyPair(derived.second);
    auto peer = boxKeyPair(rng).publicKey;
    CHECK(dh(box.secretKey, peer).ok());
    const auto signature = crypto::sign(sign.secretKey, label::deviceList, Bytes{1, 2, 3});
    static_cast<void>(signature);

    const auto key = hiddenKey(3);
    auto sealed = seal(rng, key, label::body, Ad{}, std::string_view("hello"));
    reveal(sealed.data(), sealed.size());
    CHECK(openSecret(key, label::body, Ad{}, sealed).ok());
    sealed.back() ^= 1;
    CHECK_FALSE(openSecret(key, label::body, Ad{}, sealed).ok());
    sealed[24] ^= 1;
    CHECK_FALSE(openSecret(key, label::body, Ad{}, sealed).ok());
    CHECK(errors() == before);
}

TEST_CASE("the first message of a session is opened without a branch on a secret")
{
    if (!isWatched())
        IMPULSE_SKIP(reason);
    fuzz::World world;
    const auto& store = world.bob.store();
    const auto message = e2ee::RatchetMessage::parse(world.waiting.back());
    REQUIRE((message.ok() && message->init));
    hideSecret(store.self().boxSecret);
    hideSecret(store.prekeys().signedSecret(message->init->signedPrekeyId)->secretKey);
    hideSecret(store.prekeys().oneTimeSecret(message->init->oneTimePrekeyId)->secretKey);
    const auto before = errors();
    const auto opened = store.unwrap(world.alice.asPeer(), world.waiting.back(), fuzz::nowMs);
    CHECK(opened.ok());
    CHECK(errors() == before);
}
