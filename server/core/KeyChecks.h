#pragma once

#include "common/core/Ids.h"
#include "server/core/Refusal.h"
#include "server/core/ports/Prekeys.h"

namespace impulse::server {

struct ListedDevice {
    DeviceId id;
    SignPublicKey signKey;
};

/// A device list whose form and signatures are right (encryption.md 1.2). Whether it is the next of
/// its account is for the directory log to say.
struct CheckedList {
    std::uint64_t generation = 0;
    std::uint64_t version = 0;
    SignPublicKey identityKey;
    Hash32 previous;
    /// DLHASH of these bytes.
    Hash32 hash;
    std::vector<ListedDevice> devices;

    const ListedDevice* find(const DeviceId& device) const;
    std::vector<DeviceId> deviceIds() const;
};

/// InvalidDeviceList.
Outcome<CheckedList> checkList(View list, const UserId& user);
/// Of a list that was checked when it was taken: only read. Nothing if it is damaged.
std::optional<CheckedList> readList(View list);

/// Form, id and signature (encryption.md 1.3). InvalidPrekey.
Outcome<StoredPrekey> checkSignedPrekey(View prekey, const UserId& user,
                                        const ListedDevice& device);
/// Form and strictly ascending ids. InvalidPrekey.
Outcome<std::vector<StoredPrekey>> checkOneTimePrekeys(const std::vector<Bytes>& prekeys);

/// Label of an account in the directory log (encryption.md 8.3).
Hash32 directoryLabel(const ServerId& server, const UserId& user);

} // namespace impulse::server
