#include "client/e2ee/LocalStore.h"
#include "client/e2ee/Profile.h"
#include "tests/vectors/VectorHarness.h"

using namespace impulse;
using namespace impulse::e2ee;
using namespace impulse::vectors;

namespace {

Out runProfileSeal(const In& in)
{
    return Out().bytes(
        "blob", unwrap(sealProfile(in.rng(), in.value<ProfileKey>("profile_key"),
                                   in.value<UserId>("user_id"),
                                   in.integer<std::uint32_t>("version"), in.bytes("content"))));
}

Out runProfileOpen(const In& in)
{
    const auto profile =
        unwrap(openProfile(in.value<ProfileKey>("profile_key"), in.value<UserId>("user_id"),
                           in.bytes("blob"), in.integer<std::uint32_t>("last_version")));
    return Out().number("version", profile.version).bytes("content", profile.content);
}

Out runRowSeal(const In& in)
{
    const auto table = in.text("table");
    const auto key = tableKey(in.value<LocalDataKey>("ldk"), table);
    return Out().bytes("blob", sealRow(in.rng(), key, table, in.bytes("row_key"), in.bytes("row")));
}

Out runRowOpen(const In& in)
{
    const auto table = in.text("table");
    const auto key = tableKey(in.value<LocalDataKey>("ldk"), table);
    const auto row = unwrap(openRow(key, table, in.bytes("row_key"), in.bytes("blob")));
    const auto secret = unwrap(openSecretRow(key, table, in.bytes("row_key"), in.bytes("blob")));
    if (!equal(crypto::SecretAccess::view(secret), row))
        throw Mismatch("openRow and openSecretRow differ");
    return Out().bytes("row", row);
}

Out runLdkSeal(const In& in)
{
    return Out().bytes("slot", sealLocalDataKey(in.rng(), in.value<crypto::WrapKey>("wrap"),
                                                in.value<UserId>("user_id"),
                                                in.value<LocalDataKey>("ldk")));
}

Out runLdkOpen(const In& in)
{
    return Out().secret("ldk",
                        unwrap(openLocalDataKey(in.value<crypto::WrapKey>("wrap"),
                                                in.value<UserId>("user_id"), in.bytes("slot"))));
}

const Topic topic("blobs", {{"profile_seal", runProfileSeal},
                            {"profile_open", runProfileOpen},
                            {"row_seal", runRowSeal},
                            {"row_open", runRowOpen},
                            {"ldk_seal", runLdkSeal},
                            {"ldk_open", runLdkOpen}});

} // namespace
