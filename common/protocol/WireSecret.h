#pragma once

#include "common/core/Bytes.h"

#include <array>

namespace impulse::protocol {

/// 32 secret bytes on their way into or out of a frame (a login secret). Wiped when it goes; cannot
/// be compared or printed: both ends move it into a type of common/crypto to work with it.
class WireSecret {
public:
    static constexpr std::size_t size() { return 32; }

    WireSecret() = default;
    explicit WireSecret(View bytes) { std::copy_n(bytes.begin(), size(), m_bytes.begin()); }
    WireSecret(const WireSecret&) = default;
    WireSecret& operator=(const WireSecret&) = default;
    ~WireSecret()
    {
        for (volatile auto& byte : m_bytes)
            byte = 0;
    }

    View expose() const { return {m_bytes.data(), m_bytes.size()}; }

private:
    std::array<std::uint8_t, 32> m_bytes{};
};

} // namespace impulse::protocol
