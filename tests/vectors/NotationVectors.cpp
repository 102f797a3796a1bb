#include "common/crypto/Primitives.h"
#include "tests/vectors/VectorHarness.h"

using namespace impulse;
using namespace impulse::crypto;
using namespace impulse::vectors;

namespace {

using AnyKey = Secret<struct AnyKeyTag, 32>;

/// The parts of a case, kept alive beside the views of them.
class Parts {
public:
    explicit Parts(const In& in) : m_bytes(in.list("parts"))
    {
        for (const auto& bytes : m_bytes)
            m_inputs.emplace_back(bytes);
    }
    operator std::span<const Input>() const { return m_inputs; }

private:
    std::vector<Bytes> m_bytes;
    std::vector<Input> m_inputs;
};

std::span<const Input> span(const Parts& parts)
{
    return parts;
}

Out runEnc(const In& in)
{
    return Out().bytes("enc", enc(EncLabel{in.text("label")}, span(Parts(in))));
}

Out runHash(const In& in)
{
    return Out().bytes("hash", hash(HashLabel{in.text("label")}, span(Parts(in))));
}

Out runKdf32(const In& in)
{
    const auto key = in.value<AnyKey>("key");
    return Out().secret("okm", kdf32<AnyKey>(key, Kdf32Label{in.text("label")}, span(Parts(in))));
}

Out runKdf64(const In& in)
{
    const auto key = in.value<AnyKey>("key");
    const auto [first, second] =
        kdf64<AnyKey, AnyKey>(key, Kdf64Label{in.text("label")}, span(Parts(in)));
    auto both = toBytes(SecretAccess::view(first));
    const auto rest = SecretAccess::view(second);
    both.insert(both.end(), rest.begin(), rest.end());
    return Out().bytes("okm", both);
}

Out runSeal(const In& in)
{
    return Out().bytes("sealed",
                       seal(in.rng(), in.value<AnyKey>("key"), SealLabel{in.text("label")},
                            Ad{in.bytes("ad")}, in.bytes("pt")));
}

Out runOpen(const In& in)
{
    const auto key = in.value<AnyKey>("key");
    const auto ad = in.bytes("ad");
    const auto sealed = in.bytes("sealed");
    const auto label = in.text("label");
    const auto secret = openSecret(key, SealLabel{label}, Ad{ad}, sealed);
    const auto plain = unwrap(open(key, SealLabel{label}, Ad{ad}, sealed));
    if (!secret || !equal(SecretAccess::view(*secret), plain))
        throw Mismatch("open and openSecret differ");
    return Out().bytes("pt", plain);
}

Out runPad(const In& in)
{
    return Out().bytes("padded", pad(in.bytes("pt")));
}

Out runUnpad(const In& in)
{
    return Out().bytes("pt", unwrap(unpad(in.bytes("padded"))));
}

Out runSign(const In& in)
{
    const auto pair = signKeyPair(in.value<SignSeed>("seed"));
    return Out()
        .bytes("pk", pair.publicKey)
        .bytes("sig", sign(pair.secretKey, SignLabel{in.text("label")}, span(Parts(in))));
}

Out runVerify(const In& in)
{
    unwrap(verify(in.value<SignPublicKey>("pk"), SignLabel{in.text("label")},
                  in.value<Signature>("sig"), span(Parts(in))));
    return {};
}

Out runBoxKeyPair(const In& in)
{
    return Out().bytes("pk", boxKeyPair(in.value<BoxSeed>("seed")).publicKey);
}

Out runDh(const In& in)
{
    const auto pair = boxKeyPair(in.value<BoxSeed>("seed"));
    return Out().secret("shared", unwrap(dh(pair.secretKey, in.value<BoxPublicKey>("pk"))));
}

const Topic topic("notation", {{"enc", runEnc},
                               {"hash", runHash},
                               {"kdf32", runKdf32},
                               {"kdf64", runKdf64},
                               {"seal", runSeal},
                               {"open", runOpen},
                               {"pad", runPad},
                               {"unpad", runUnpad},
                               {"sign", runSign},
                               {"verify", runVerify},
                               {"box_keypair", runBoxKeyPair},
                               {"dh", runDh}});

} // namespace
