#include "common/crypto/Directory.h"
#include "common/crypto/GroupStates.h"
#include "common/crypto/Prekeys.h"
#include "tests/fuzz/Require.h"

using namespace impulse;
using namespace impulse::crypto;
using fuzz::require;

namespace {

void tryDeviceList(View input)
{
    const auto list = parseDeviceList(input);
    const auto user = list ? list->user : UserId{};
    const auto verified = verifyDeviceList(user, input);
    require(list.ok() || !verified.ok());
    if (!list)
        return;
    auto again = writeUnsignedDeviceList(*list);
    const View signature = list->signature;
    again.insert(again.end(), signature.begin(), signature.end());
    require(equal(again, input));
    for (const auto& device : list->devices)
        require(list->find(deviceId(list->user, device)) != nullptr);
    auto other = user;
    other.data()[0] ^= 1;
    require(!verifyDeviceList(other, input).ok());
}

void tryAad(View input)
{
    if (const auto aad = parseAad(input)) {
        const auto again = writeAad(*aad);
        require(again.ok() && equal(*again, input));
    }
}

void tryPrekeys(View input)
{
    if (const auto prekey = parseSignedPrekey(input)) {
        require(equal(writeSignedPrekey(*prekey), input));
        // Nobody signs for this device: its key is not a point of the curve.
        SignPublicKey key;
        key.data()[0] = 2;
        require(!verifySignedPrekey(*prekey, key, {}, {}).ok());
    }
    if (const auto prekey = parseOneTimePrekey(input))
        require(equal(writeOneTimePrekey(*prekey), input));
}

void tryDirectory(View input)
{
    const auto entry = parseDirectoryEntry(input);
    if (entry)
        require(equal(writeDirectoryEntry(*entry), input));
    Directory directory((ServerId()));
    const auto before = directory.head();
    const bool appended = directory.append(input).ok();
    require(appended == (entry.ok() && entry->seq == 1));
    require(appended ? directory.seq() == 1 : directory.head() == before);
}

void tryGroupState(View input)
{
    const auto state = parseGroupState(input);
    require(state.ok() == restoreGroupState(input).ok());
    if (!state)
        return;
    auto again = writeUnsignedGroupState(*state);
    const View signature = state->signature;
    again.insert(again.end(), signature.begin(), signature.end());
    require(equal(again, input));
    for (const auto& member : state->members)
        require(state->find(member.user) == &member);
}

} // namespace

// Every public layout: what parses is written again as the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const View input(data, size);
    tryDeviceList(input);
    tryAad(input);
    tryPrekeys(input);
    tryDirectory(input);
    tryGroupState(input);
    return 0;
}
