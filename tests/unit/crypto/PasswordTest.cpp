#include "common/crypto/Password.h"
#include "tests/support/Catch.h"
#include "tests/unit/crypto/Accounts.h"

using namespace impulse;
using namespace impulse::crypto;
using namespace impulse::test;

TEST_CASE("a username is what the specification says")
{
    for (const auto* good : {"ab", "a-", "0_.", "alice.b-c_d", "a2345678901234567890123456789012"})
        CHECK(isUsername(good));
    for (const auto* bad : {"", "a", ".a", "-a", "_a", "Alice", "a b", "a\n", "al\xc3\xa9",
                            "a23456789012345678901234567890123"})
        CHECK_FALSE(isUsername(bad));
}

TEST_CASE("weak and excessive parameters are refused before anything is computed")
{
    const auto derive = [](std::uint64_t ops, std::uint64_t mem) {
        const auto keys = derivePassword(std::string_view("password"), "alice", of<ServerId>(1),
                                         of<ServerSalt>(2), {ops, mem});
        return keys ? std::optional<CryptoError>() : keys.error();
    };
    CHECK(derive(minOps - 1, minMem) == CryptoError::WeakParameters);
    CHECK(derive(maxOps + 1, minMem) == CryptoError::WeakParameters);
    CHECK(derive(minOps, minMem - 1) == CryptoError::WeakParameters);
    CHECK(derive(minOps, maxMem + 1) == CryptoError::WeakParameters);
    CHECK(derive(UINT64_MAX, UINT64_MAX) == CryptoError::WeakParameters);
    CHECK_FALSE(derive(minOps, minMem));
}

TEST_CASE("parameters that Argon2 does not know are an error, not a crash")
{
    CHECK(stretch<Hash32>(View{}, {}, {0, minMem}).error() == CryptoError::WeakParameters);
    CHECK(stretch<Hash32>(View{}, {}, {1, 1}).error() == CryptoError::WeakParameters);
    CHECK(stretch<Hash32>(View{}, {}, {1, UINT64_MAX}).error() == CryptoError::WeakParameters);
}

TEST_CASE("salts differ by server, username and server salt")
{
    const auto salt = *passwordSalt(of<ServerId>(1), "alice", of<ServerSalt>(1));
    CHECK(salt == *passwordSalt(of<ServerId>(1), "alice", of<ServerSalt>(1)));
    CHECK(salt != *passwordSalt(of<ServerId>(2), "alice", of<ServerSalt>(1)));
    CHECK(salt != *passwordSalt(of<ServerId>(1), "alicf", of<ServerSalt>(1)));
    CHECK(salt != *passwordSalt(of<ServerId>(1), "alice", of<ServerSalt>(2)));
    CHECK_FALSE(passwordSalt(of<ServerId>(1), "Alice", of<ServerSalt>(1)));
}

TEST_CASE("what the server sees and what it does not are different keys")
{
    const auto keys = splitPassword(of<StretchedPassword>(3));
    CHECK_FALSE(equalConstantTime(SecretAccess::view(keys.auth), SecretAccess::view(keys.wrap)));
}

TEST_CASE("an unknown username has the same salt every time")
{
    const auto key = of<FakeSaltKey>(4);
    CHECK(fakeServerSalt(key, "ghost") == fakeServerSalt(key, "ghost"));
    CHECK(fakeServerSalt(key, "ghost") != fakeServerSalt(key, "spectre"));
    CHECK(fakeServerSalt(key, "ghost") != fakeServerSalt(of<FakeSaltKey>(5), "ghost"));
}

TEST_CASE("a verifier depends on pepper, salt and secret")
{
    const auto verifier = makeVerifier(of<Pepper>(1), of<VerifierSalt>(2), of<AuthSecret>(3));
    CHECK(verifier == makeVerifier(of<Pepper>(1), of<VerifierSalt>(2), of<AuthSecret>(3)));
    CHECK(verifier != makeVerifier(of<Pepper>(0), of<VerifierSalt>(2), of<AuthSecret>(3)));
    CHECK(verifier != makeVerifier(of<Pepper>(1), of<VerifierSalt>(0), of<AuthSecret>(3)));
    CHECK(verifier != makeVerifier(of<Pepper>(1), of<VerifierSalt>(2), of<AuthSecret>(0)));
}
