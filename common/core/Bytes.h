#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Byte strings of the project. Plain C++, no Qt.
namespace impulse {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

inline View view(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view text(View bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes toBytes(View bytes)
{
    return {bytes.begin(), bytes.end()};
}

inline bool equal(View a, View b)
{
    return std::ranges::equal(a, b);
}

/// A public value of exactly N bytes. The tag keeps a user id from being passed as a device id.
/// Ordered by its bytes. For secret values see common/crypto/Secret.h.
template <class Tag, std::size_t N> class Fixed {
public:
    static constexpr std::size_t size() { return N; }

    constexpr Fixed() = default;
    constexpr explicit Fixed(const std::array<std::uint8_t, N>& bytes) : m_bytes(bytes) {}

    /// Nothing if `bytes` has another length than N.
    static std::optional<Fixed> from(View bytes)
    {
        if (bytes.size() != N)
            return std::nullopt;
        Fixed result;
        std::ranges::copy(bytes, result.m_bytes.begin());
        return result;
    }

    operator View() const { return {m_bytes.data(), N}; }
    View view() const { return {m_bytes.data(), N}; }
    const std::uint8_t* data() const { return m_bytes.data(); }
    std::uint8_t* data() { return m_bytes.data(); }
    bool isZero() const { return *this == Fixed{}; }

    auto operator<=>(const Fixed&) const = default;
    bool operator==(const Fixed&) const = default;

private:
    std::array<std::uint8_t, N> m_bytes{};
};

/// For std::unordered_map. The values are random or hashes, so their first bytes will do.
struct FixedHash {
    template <class Tag, std::size_t N> std::size_t operator()(const Fixed<Tag, N>& value) const
    {
        std::size_t result = 0;
        for (std::size_t i = 0; i < std::min(N, sizeof result); ++i)
            result = result << 8 | value.data()[i];
        return result;
    }
};

/// Lower-case hexadecimal.
inline std::string toHex(View bytes)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string result;
    result.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        result.push_back(digits[byte >> 4]);
        result.push_back(digits[byte & 15]);
    }
    return result;
}

/// Nothing if `hex` has an odd length or a character that is not hexadecimal.
inline std::optional<Bytes> fromHex(std::string_view hex)
{
    const auto digit = [](char c) -> int {
        if (c >= '0' && c <= '9')
            return c - '0';
        if (c >= 'a' && c <= 'f')
            return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
            return c - 'A' + 10;
        return -1;
    };
    if (hex.size() % 2 != 0)
        return std::nullopt;
    Bytes result;
    result.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const int high = digit(hex[i]);
        const int low = digit(hex[i + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        result.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return result;
}

} // namespace impulse
