#include "client/e2ee/Recovery.h"
#include "client/e2ee/SafetyNumber.h"
#include "tests/vectors/VectorHarness.h"

using namespace impulse;
using namespace impulse::e2ee;
using namespace impulse::vectors;

namespace {

Out runCode(const In& in)
{
    return Out().text("code", recoveryCode(in.value<RecoverySecret>("secret")));
}

Out runParse(const In& in)
{
    return Out().secret("secret", unwrap(parseRecoveryCode(in.text("text"))));
}

Out runKeys(const In& in)
{
    const auto keys = recoveryKeys(in.value<RecoverySecret>("secret"));
    return Out().secret("rk", keys.key).secret("rauth", keys.auth);
}

RootSlotKind slotKind(const In& in)
{
    return static_cast<RootSlotKind>(in.integer<std::uint8_t>("kind"));
}

Out runSlotSeal(const In& in)
{
    return Out().bytes("slot", sealRootSlot(in.rng(), in.value<crypto::WrapKey>("kek"),
                                            slotKind(in), in.value<UserId>("user_id"),
                                            in.value<crypto::RootSecret>("rs")));
}

Out runSlotOpen(const In& in)
{
    return Out().secret("rs", unwrap(openRootSlot(in.value<crypto::WrapKey>("kek"), slotKind(in),
                                                  in.value<UserId>("user_id"), in.bytes("slot"))));
}

Identity mine(const In& in)
{
    return {in.value<UserId>("my_user"), in.value<SignPublicKey>("my_uik")};
}

Identity theirs(const In& in)
{
    return {in.value<UserId>("peer_user"), in.value<SignPublicKey>("peer_uik")};
}

Out runFingerprint(const In& in)
{
    const auto print =
        unwrap(fingerprint({in.value<UserId>("user_id"), in.value<SignPublicKey>("uik_pk")}));
    return Out().bytes("raw", print.raw).text("digits", print.digits);
}

Out runNumber(const In& in)
{
    const auto digits = unwrap(safetyNumber(mine(in), theirs(in)));
    return Out().text("digits", digits).text("display", displaySafetyNumber(digits));
}

Out runQr(const In& in)
{
    return Out().text("text", safetyCode(mine(in), theirs(in)));
}

Out runScan(const In& in)
{
    unwrap(checkSafetyCode(in.text("text"), mine(in), theirs(in)));
    return Out().flag("verified", true);
}

const Topic recovery("recovery", {{"code", runCode},
                                  {"parse", runParse},
                                  {"keys", runKeys},
                                  {"slot_seal", runSlotSeal},
                                  {"slot_open", runSlotOpen}});

const Topic safety("safety_number", {{"fingerprint", runFingerprint},
                                     {"number", runNumber},
                                     {"qr", runQr},
                                     {"scan", runScan}});

} // namespace
