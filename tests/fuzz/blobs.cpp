#include "client/e2ee/LocalStore.h"
#include "client/e2ee/Profile.h"
#include "client/e2ee/Recovery.h"
#include "common/core/Limits.h"
#include "tests/fuzz/Require.h"
#include "tests/support/ScriptedRng.h"

using namespace impulse;
using namespace impulse::e2ee;
using fuzz::require;

namespace {

constexpr std::size_t nonceSize = 24;

template <class T> T value(const char* hex)
{
    auto result = T::from(*fromHex(hex));
    require(result.has_value());
    return std::move(*result);
}

/// The keys of the first good cases of tests/vectors/blobs.json and recovery.json.
struct Keys {
    UserId user = value<UserId>("9261ee6cb4f18e362ad17fdb99f2bac7");
    ProfileKey profile =
        value<ProfileKey>("ff6bc6caf290dd41a562c37fdd6298e89f1d256e0642b7ce3dfc3923c4687706");
    LocalDataKey local =
        value<LocalDataKey>("a1417cac61833653c2bc4a81810cd7992042200ca7ea9550b79dd82af6c37869");
    crypto::WrapKey wrap =
        value<crypto::WrapKey>("66b584c5b4c85eb255f55a02c735300dc44b981e6b9e5e6d451c4aa817abe209");
    crypto::WrapKey recovery =
        value<crypto::WrapKey>("844e25e79c2be96ba3cfd96b566d08c5d9c2081716482509599edf739c3557f2");
    TableKey table = tableKey(local, "messages");
    Bytes rowKey = *fromHex("c6fe5ae4");
};

/// The nonce of a sealed text, to be drawn again.
test::ScriptedRng drawsOf(View sealed)
{
    return test::ScriptedRng({toBytes(sealed.first(nonceSize))});
}

void tryProfile(const Keys& keys, View input)
{
    const auto opened = openProfile(keys.profile, keys.user, input, 0);
    if (!opened)
        return;
    auto rng = drawsOf(input.subspan(5));
    const auto again = sealProfile(rng, keys.profile, keys.user, opened->version, opened->content);
    require(again.ok() && equal(*again, input));
}

void tryRow(const Keys& keys, View input)
{
    const auto secret = openSecretRow(keys.table, "messages", keys.rowKey, input);
    const auto row = openRow(keys.table, "messages", keys.rowKey, input);
    require(row.ok() == secret.ok());
    if (!row)
        return;
    require(*secret == crypto::SecretBytes(*row));
    auto rng = drawsOf(input);
    require(equal(sealRow(rng, keys.table, "messages", keys.rowKey, *row), input));
}

void trySlots(const Keys& keys, View input)
{
    if (const auto key = openLocalDataKey(keys.wrap, keys.user, input)) {
        auto rng = drawsOf(input);
        require(equal(sealLocalDataKey(rng, keys.wrap, keys.user, *key), input));
    }
    for (const auto kind : {RootSlotKind::Recovery, RootSlotKind::Password}) {
        const auto root = openRootSlot(keys.recovery, kind, keys.user, input);
        if (!root)
            continue;
        auto rng = drawsOf(input);
        require(equal(sealRootSlot(rng, keys.recovery, kind, keys.user, *root), input));
    }
}

/// The input as the plaintext of somebody who has the key.
void sealAndOpen(const Keys& keys, View input)
{
    test::ScriptedRng rng({Bytes(nonceSize, 1), Bytes(nonceSize, 2), Bytes(nonceSize, 3)});
    const auto profile = sealProfile(rng, keys.profile, keys.user, 7, input);
    require(profile.ok() == (input.size() <= limits::content));
    if (profile) {
        const auto opened = openProfile(keys.profile, keys.user, *profile, 7);
        require(opened.ok() && opened->version == 7 && equal(opened->content, input));
        require(!openProfile(keys.profile, keys.user, *profile, 8).ok());
    }
    const auto sealed = sealRow(rng, keys.table, "messages", keys.rowKey, input);
    const auto row = openRow(keys.table, "messages", keys.rowKey, sealed);
    require(row.ok() && equal(*row, input));
    const auto other = openRow(keys.table, "messages", Bytes(1), sealed);
    require(!other.ok());
}

void tryPadding(View input)
{
    if (const auto content = crypto::unpad(input)) {
        // More padding than needed is allowed, anything but zeros in it is not.
        require(equal(input.first(content->size()), *content));
        require(input[content->size()] == 0x80);
        const auto zeros = input.subspan(content->size() + 1);
        require(std::ranges::all_of(zeros, [](std::uint8_t byte) { return byte == 0; }));
    }
    const auto padded = crypto::pad(input);
    const auto content = crypto::unpad(padded);
    require(content.ok() && equal(*content, input));
}

} // namespace

// Sealed profiles, rows and key slots. Nothing opens that the key did not seal: sealed again with
// the same nonce, it is the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Keys keys;
    const View input(data, size);
    tryProfile(keys, input);
    tryRow(keys, input);
    trySlots(keys, input);
    sealAndOpen(keys, input);
    tryPadding(input);
    return 0;
}
