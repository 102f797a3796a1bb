#pragma once

#include "common/core/Ids.h"

#include <optional>
#include <vector>

namespace impulse::server {

struct StoredPrekey {
    std::uint64_t id = 0;
    /// As uploaded.
    Bytes bytes;
};

/// Prekeys of devices (encryption.md 1.3). See Store for threads and failures.
class Prekeys {
public:
    virtual ~Prekeys() = default;

    virtual std::optional<StoredPrekey> signedPrekey(const DeviceId& device) const = 0;
    /// Ids that were not handed out, ascending.
    virtual std::vector<std::uint64_t> oneTimeIds(const DeviceId& device) const = 0;
    /// The highest one-time prekey id that this device ever uploaded; 0: none.
    virtual std::uint64_t highestOneTimeId(const DeviceId& device) const = 0;

    virtual void setSignedPrekey(const DeviceId& device, const StoredPrekey& prekey) = 0;
    virtual void addOneTime(const DeviceId& device, const StoredPrekey& prekey) = 0;
    /// The one with the lowest id, which is deleted.
    virtual std::optional<StoredPrekey> takeOneTime(const DeviceId& device) = 0;
    virtual void clearOneTime(const DeviceId& device) = 0;
    /// All keys of a device that was removed. The highest id is kept.
    virtual void erase(const DeviceId& device) = 0;
};

} // namespace impulse::server
