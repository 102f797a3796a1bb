#pragma once

#include "common/protocol/EventMessages.h"

#include <optional>

/// The wraps of an event in one column: device_id 16, length u16 big-endian, message; repeated.
namespace impulse::server {

/// Messages are at most limits::wrap bytes, which the codec has checked.
inline Bytes packWraps(const std::vector<protocol::Wrap>& wraps)
{
    Bytes result;
    for (const auto& wrap : wraps) {
        const auto id = wrap.deviceId.view();
        result.insert(result.end(), id.begin(), id.end());
        result.push_back(static_cast<std::uint8_t>(wrap.message.size() >> 8));
        result.push_back(static_cast<std::uint8_t>(wrap.message.size() & 0xff));
        result.insert(result.end(), wrap.message.begin(), wrap.message.end());
    }
    return result;
}

/// The message for one device. Nothing if there is none, or if the column is damaged.
inline std::optional<Bytes> findWrap(View packed, const DeviceId& device)
{
    constexpr auto head = DeviceId::size() + 2;
    while (packed.size() >= head) {
        const auto length = static_cast<std::size_t>(packed[head - 2] << 8 | packed[head - 1]);
        if (packed.size() - head < length)
            return std::nullopt;
        if (equal(packed.first(DeviceId::size()), device))
            return toBytes(packed.subspan(head, length));
        packed = packed.subspan(head + length);
    }
    return std::nullopt;
}

} // namespace impulse::server
