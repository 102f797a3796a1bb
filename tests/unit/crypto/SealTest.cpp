#include "common/crypto/Primitives.h"
#include "tests/support/Catch.h"
#include "tests/unit/crypto/Accounts.h"

using namespace impulse;
using namespace impulse::crypto;
using namespace impulse::test;

namespace {
using Key32 = Secret<struct Key32Tag, 32>;
}

TEST_CASE("every flipped byte of a sealed text is refused, and key, label and data are bound")
{
    SystemRng rng;
    const auto key = random<Key32>(rng);
    const Bytes ad{1, 2, 3};
    const auto sealed = seal(rng, key, label::body, Ad{ad}, std::string_view("hello"));
    CHECK(sealed.size() == sealOverhead + 5);
    REQUIRE(open(key, label::body, Ad{ad}, sealed));
    CHECK(text(*open(key, label::body, Ad{ad}, sealed)) == "hello");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto flipped = sealed;
        flipped[i] ^= 1;
        INFO("byte " << i);
        const auto result = open(key, label::body, Ad{ad}, flipped);
        REQUIRE_FALSE(result);
        CHECK(result.error() == CryptoError::AuthFailed);
        CHECK_FALSE(openSecret(key, label::body, Ad{ad}, flipped));
    }
    CHECK_FALSE(open(random<Key32>(rng), label::body, Ad{ad}, sealed));
    CHECK_FALSE(open(key, label::profile, Ad{ad}, sealed));
    CHECK_FALSE(open(key, label::body, Ad{{}}, sealed));
    CHECK(open(key, label::body, Ad{ad}, View(sealed).first(71)).error() == CryptoError::Malformed);
}

TEST_CASE("the same text is never sealed to the same bytes")
{
    SystemRng rng;
    const auto key = random<Key32>(rng);
    CHECK(seal(rng, key, label::body, Ad{{}}, View{}) !=
          seal(rng, key, label::body, Ad{{}}, View{}));
}

TEST_CASE("padding hides the length and is checked completely")
{
    for (const std::size_t size : {0u, 1u, 255u, 256u, 511u, 512u, 65535u}) {
        const Bytes content(size, 0x80); // looks like padding
        const auto padded = pad(content);
        INFO("size " << size);
        CHECK(padded.size() == padLength(size));
        CHECK(padded.size() > size);
        REQUIRE(unpad(padded));
        CHECK(*unpad(padded) == content);
    }
    CHECK(padLength(255) == 256);
    CHECK(padLength(256) == 512);
    CHECK(padLength(65535) == 65536);
    CHECK_FALSE(unpad(View{}));
    CHECK_FALSE(unpad(Bytes(255, 0x80)));
    CHECK_FALSE(unpad(Bytes(768, 0x80)));
    CHECK_FALSE(unpad(Bytes(256, 0)));
    auto nonZero = pad(View{});
    nonZero.back() = 1;
    CHECK_FALSE(unpad(nonZero));
}

TEST_CASE("parts of a hash cannot be moved across their borders")
{
    CHECK(hash(label::dmId, view("ab"), view("c")) != hash(label::dmId, view("a"), view("bc")));
    CHECK(hash(label::dmId, view("ab")) != hash(label::dmId, view("ab"), View{}));
    CHECK(hash(label::dmId, view("ab")) != hash(label::dirLabel, view("ab")));
}

TEST_CASE("every point of low order is refused")
{
    SystemRng rng;
    const auto pair = boxKeyPair(rng);
    for (const auto* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                              "0100000000000000000000000000000000000000000000000000000000000000",
                              "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                              "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                              "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
        const auto result = dh(pair.secretKey, *BoxPublicKey::from(*fromHex(point)));
        REQUIRE_FALSE(result);
        CHECK(result.error() == CryptoError::BadKey);
    }
    const auto other = boxKeyPair(rng);
    CHECK(*dh(pair.secretKey, other.publicKey) == *dh(other.secretKey, pair.publicKey));
}
