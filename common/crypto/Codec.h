#pragma once

#include "common/core/Bytes.h"
#include "common/crypto/Error.h"
#include "common/crypto/Secret.h"

#include <array>
#include <cstdint>

/// Strict big-endian layouts (encryption.md 0.1).
namespace impulse::crypto {

std::array<std::uint8_t, 2> be16(std::uint16_t value);
std::array<std::uint8_t, 4> be32(std::uint32_t value);
/// `value` is at most 2^53 - 1 wherever a reader will see it.
std::array<std::uint8_t, 8> be64(std::uint64_t value);

/// Appends to one growing buffer: Bytes for public layouts, SecretBytes for key state.
template <class Buffer> class BasicWriter {
public:
    BasicWriter& u8(std::uint8_t value) { return raw(std::array<std::uint8_t, 1>{value}); }
    BasicWriter& u16(std::uint16_t value) { return raw(be16(value)); }
    BasicWriter& u32(std::uint32_t value) { return raw(be32(value)); }
    BasicWriter& u64(std::uint64_t value) { return raw(be64(value)); }
    BasicWriter& raw(View bytes)
    {
        if constexpr (std::is_same_v<Buffer, Bytes>)
            m_out.insert(m_out.end(), bytes.begin(), bytes.end());
        else
            m_out.append(bytes);
        return *this;
    }
    /// u32 length, then the bytes.
    BasicWriter& lengthPrefixed(View bytes)
    {
        return u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
    }
    template <class Tag, std::size_t N>
    BasicWriter& secret(const Secret<Tag, N>& value) requires std::is_same_v<Buffer, SecretBytes>
    {
        return raw(SecretAccess::view(value));
    }
    BasicWriter& secret(const SecretBytes& value) requires std::is_same_v<Buffer, SecretBytes>
    {
        return raw(SecretAccess::view(value));
    }

    std::size_t size() const { return m_out.size(); }
    /// What was written so far, for instance to sign it.
    const Buffer& buffer() const { return m_out; }
    Buffer take() { return std::move(m_out); }

private:
    Buffer m_out;
};
using Writer = BasicWriter<Bytes>;
using SecretWriter = BasicWriter<SecretBytes>;

/// Reads field after field. The first failure is kept: every later read gives zeros, and finish()
/// reports Malformed. Views point into the input.
class Reader {
public:
    explicit Reader(View input) : m_rest(input) {}
    explicit Reader(const SecretBytes& input) : m_rest(SecretAccess::view(input)) {}
    /// A reader borrows: no temporaries.
    explicit Reader(SecretBytes&&) = delete;

    std::uint8_t u8() { return static_cast<std::uint8_t>(integer(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(integer(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(integer(4)); }
    /// Fails above 2^53 - 1.
    std::uint64_t u64();
    /// Exactly `size` bytes; empty after a failure.
    View raw(std::size_t size);
    /// u32 length, then the bytes; fails if longer than `max`.
    View lengthPrefixed(std::size_t max);
    /// T is a Fixed.
    template <class T> T fixed() { return T::from(raw(T::size())).value_or(T{}); }
    /// T is a Secret.
    template <class T> T secret()
    {
        auto value = T::from(raw(T::size()));
        return value ? std::move(*value) : T{};
    }
    /// Everything that is left.
    View rest();

    std::size_t remaining() const { return m_rest.size(); }
    bool failed() const { return m_failed; }
    void fail() { m_failed = true; }
    /// Malformed after any failure and if bytes are left.
    Result<void> finish() const;

private:
    std::uint64_t integer(std::size_t size);

    View m_rest;
    bool m_failed = false;
};

} // namespace impulse::crypto
