#include "common/crypto/SelfTest.h"

#include "common/crypto/Identity.h"

#include <sodium.h>

namespace impulse::crypto {
namespace {

// Answers and inputs are cases of tests/vectors (notation, identity, password).

Bytes unhex(std::string_view hex)
{
    return fromHex(hex).value_or(Bytes{});
}

template <class T> T value(std::string_view hex)
{
    auto result = T::from(unhex(hex));
    return result ? std::move(*result) : T{};
}

constexpr std::string_view sealed =
    "d651b980453d64a419de768c7a18c601ff51e42c3fb8fd25026be03ff8c6b8dc"
    "82d6884a0d22148ea12db90f469053c47667444687ee9ec2e497bc1db04a1012"
    "1493e00d1a998c7e7e656f4c4bf7fd14497d5153b7cc81b4";

Result<Bytes> openSealed(View bytes)
{
    const auto key =
        value<BoxSeed>("c6ee2b3ce27b1ed495a1fd9bbca335a1d8f1469856ddfb24abdc60abf69ce3c5");
    return open(key, label::storeRow, Ad{unhex("9b237681161c9f116174712d3b6b")}, bytes);
}

Bytes hashAnswer()
{
    return toBytes(hash(label::x3dhTh, unhex("01"),
                        unhex("032d7ecb4c9863c4664c9c70afd415f953168233455d37792abce30f79cee274"),
                        View{}));
}

Bytes deriveAnswer()
{
    const auto root =
        value<RootSecret>("aa9a613b5a08328808112c9e0cd7d9a7efc11f9a9e2ea069cfc1c936ab7a627c");
    return toBytes(
        UserIdentity(root, value<UserId>("b5317d461ca0765e6d4103584e50e052")).publicKey());
}

Bytes openAnswer()
{
    auto plain = openSealed(unhex(sealed));
    return plain ? std::move(*plain) : Bytes{};
}

Bytes openForgedAnswer()
{
    auto forged = unhex(sealed);
    forged.back() ^= 1;
    auto plain = openSealed(forged);
    return plain ? std::move(*plain) : Bytes{};
}

Bytes sealAnswer()
{
    SystemRng rng;
    const auto key = random<BoxSeed>(rng);
    const auto box = seal(rng, key, label::storeRow, Ad{{}}, std::string_view("round trip"));
    auto plain = open(key, label::storeRow, Ad{{}}, box);
    return plain ? std::move(*plain) : Bytes{};
}

SignKeyPair testSignPair()
{
    return signKeyPair(
        value<SignSeed>("0338274acc554a3a3b0231951c964d733e5770914387a0eeaa86a5a4f828dcca"));
}

Bytes signAnswer()
{
    return toBytes(sign(testSignPair().secretKey, label::signedPrekey,
                        unhex("646b5a551cf33f6e691b4cf659c90e3c"), unhex("00000000")));
}

/// Accepted a good signature, refused one over another message.
Bytes verifyAnswer()
{
    const auto pair = testSignPair();
    const auto message = view("message");
    const auto good = sign(pair.secretKey, label::signedPrekey, message);
    const bool accepted = verify(pair.publicKey, label::signedPrekey, good, message).ok();
    const bool refused = !verify(pair.publicKey, label::signedPrekey, good, view("massage")).ok();
    return {static_cast<std::uint8_t>(accepted), static_cast<std::uint8_t>(refused)};
}

Bytes agree(std::string_view seed, std::string_view publicKey)
{
    const auto pair = boxKeyPair(value<BoxSeed>(seed));
    const auto shared = dh(pair.secretKey, value<BoxPublicKey>(publicKey));
    return shared ? toBytes(SecretAccess::view(*shared)) : Bytes{};
}

Bytes dhAnswer()
{
    return agree("5fe5c793ee348d417dfc26fd8db00f1c803694d2ba54660f7fcc10648fe45e86",
                 "85c11b8657b3f6e33919fbb2d17de162ea2eccbfe70aa5b46bb5c082626eb917");
}

Bytes lowOrderAnswer()
{
    return agree("88ace22c5ec2fbb8676d0b6c578e1c4bde03e39a06bdf7aea1cd77a75f46db7d",
                 "0100000000000000000000000000000000000000000000000000000000000000");
}

Bytes padAnswer()
{
    const auto padded = pad(view("impulse"));
    const auto plain = unpad(padded);
    return plain && padded.size() == 256 ? *plain : Bytes{};
}

Bytes stretchAnswer()
{
    const Argon2Params params{1, std::uint64_t{8} << 20};
    const auto salt = value<Argon2Salt>("aa09ab4a72bc468cb5a9df2d1cd8e8b3");
    const auto stretched = stretch<Hash32>(View{}, salt, params);
    return stretched ? toBytes(*stretched) : Bytes{};
}

/// Two draws that differ.
Bytes randomAnswer()
{
    SystemRng rng;
    return {static_cast<std::uint8_t>(random<Hash32>(rng) != random<Hash32>(rng))};
}

constexpr KnownAnswer answers[] = {
    {"hash", "65c2beb6eb339403383f4ec761f98c9da77d4d9e8b3b5a3e44ce9822dc1ce6b2", hashAnswer},
    {"key derivation", "86d6ad6ae32e74f988bea6d45df8b6b47d63877f55b559eef15da27617408b81",
     deriveAnswer},
    {"open", "7d0a9959c4347d1185f789543f3a0bc0", openAnswer},
    {"open a forgery", "", openForgedAnswer},
    {"seal", "726f756e642074726970", sealAnswer},
    {"sign",
     "6ad5ba1d679ac35dc7c1451e1729fcfc15d2a4de82a17346304b3baf4f368256"
     "7138b2686fc12a2cee592c7f4bb6391948139273a955af5d127918fc8ed09904",
     signAnswer},
    {"verify", "0101", verifyAnswer},
    {"key agreement", "a4332238027b55849a11f8f664702954c3a53fffc0962871fda87d64c874cf69", dhAnswer},
    {"key agreement with a point of low order", "", lowOrderAnswer},
    {"padding", "696d70756c7365", padAnswer},
    {"password stretch", "f87916927da38b815eea796e94360126d2420fe3e126f628a417db67c2f40859",
     stretchAnswer},
    {"random numbers", "01", randomAnswer},
};

} // namespace

std::span<const KnownAnswer> knownAnswers()
{
    return answers;
}

std::string_view runSelfTest(std::span<const KnownAnswer> tests)
{
    if (sodium_init() < 0)
        return "libsodium";
    for (const auto& test : tests)
        if (toHex(test.compute()) != test.expectedHex)
            return test.name;
    return {};
}

} // namespace impulse::crypto
