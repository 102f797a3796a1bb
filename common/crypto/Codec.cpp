#include "common/crypto/Codec.h"

#include "common/core/Limits.h"

namespace impulse::crypto {
namespace {

template <std::size_t N> std::array<std::uint8_t, N> bigEndian(std::uint64_t value)
{
    std::array<std::uint8_t, N> result;
    for (std::size_t i = 0; i < N; ++i)
        result[i] = static_cast<std::uint8_t>(value >> (8 * (N - 1 - i)));
    return result;
}

} // namespace

std::array<std::uint8_t, 2> be16(std::uint16_t value)
{
    return bigEndian<2>(value);
}

std::array<std::uint8_t, 4> be32(std::uint32_t value)
{
    return bigEndian<4>(value);
}

std::array<std::uint8_t, 8> be64(std::uint64_t value)
{
    return bigEndian<8>(value);
}

std::uint64_t Reader::u64()
{
    const auto value = integer(8);
    if (value <= limits::maxInteger)
        return value;
    m_failed = true;
    return 0;
}

View Reader::raw(std::size_t size)
{
    if (m_failed || size > m_rest.size()) {
        m_failed = true;
        return {};
    }
    const auto result = m_rest.first(size);
    m_rest = m_rest.subspan(size);
    return result;
}

View Reader::lengthPrefixed(std::size_t max)
{
    const std::size_t size = u32();
    if (size > max)
        m_failed = true;
    return raw(size);
}

View Reader::rest()
{
    return raw(m_rest.size());
}

Result<void> Reader::finish() const
{
    if (m_failed || !m_rest.empty())
        return Failure{CryptoError::Malformed};
    return {};
}

std::uint64_t Reader::integer(std::size_t size)
{
    std::uint64_t value = 0;
    for (const auto byte : raw(size))
        value = value << 8 | byte;
    return value;
}

} // namespace impulse::crypto
