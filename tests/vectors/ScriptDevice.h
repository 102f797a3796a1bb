#pragma once

#include "client/e2ee/SessionStore.h"
#include "tests/support/VerifiedPeerForTests.h"
#include "tests/vectors/VectorHarness.h"

namespace impulse::vectors {

inline crypto::Party partyOf(const In& in)
{
    return {in.value<UserId>("user_id"), in.value<SignPublicKey>("uik_pk"),
            in.value<DeviceId>("device_id"), in.value<SignPublicKey>("sign_pk"),
            in.value<BoxPublicKey>("box_pk")};
}

/// {party, sign_seed, box_seed, spks [{seed, wire}], opks [{seed, id, pk}]}, without sessions.
inline e2ee::SessionStore storeOf(const In& device)
{
    e2ee::SessionStore store(
        {partyOf(device.object("party")),
         crypto::boxKeyPair(device.value<crypto::BoxSeed>("box_seed")).secretKey});
    auto& prekeys = store.changePrekeys();
    for (const auto& key : device.objects("spks")) {
        const auto parsed = unwrap(crypto::parseSignedPrekey(key.bytes("wire")));
        prekeys.addSigned(parsed.id, crypto::boxKeyPair(key.value<crypto::BoxSeed>("seed")),
                          parsed.createdMs);
    }
    for (const auto& key : device.objects("opks")) {
        prekeys.addOneTime(key.integer<std::uint32_t>("id"),
                           crypto::boxKeyPair(key.value<crypto::BoxSeed>("seed")), 0);
    }
    return store;
}

inline e2ee::PrekeyBundle bundleOf(const In& in)
{
    e2ee::PrekeyBundle bundle;
    bundle.signedPrekey = unwrap(crypto::parseSignedPrekey(in.bytes("spk")));
    if (!in.isNull("opk")) {
        const auto key = in.object("opk");
        bundle.oneTimePrekey = {key.integer<std::uint32_t>("id"), key.value<BoxPublicKey>("pk")};
    }
    return bundle;
}

/// Throws if the draws of a step were not used exactly.
inline void checkDraws(const In& step)
{
    if (step.has("rng") && !step.rng().exactlyUsed())
        throw Mismatch("other random draws than listed");
}

} // namespace impulse::vectors
