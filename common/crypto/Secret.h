#pragma once

#include "common/core/Bytes.h"

#include <cassert>
#include <optional>
#include <span>
#include <utility>

/// Memory for secret values: locked (not swapped, not in core dumps), wiped when freed, compared in
/// constant time, never printed. Source: encryption.md 1.5 and section 12.
namespace impulse::crypto {

namespace detail {

/// Largest secret that fits a slot, in bytes.
inline constexpr std::size_t maxSlot = 64;

/// A zeroed slot for `size` bytes in a slab of locked memory. Any thread. Throws std::bad_alloc.
std::uint8_t* takeSlot(std::size_t size);
/// Wipes the slot and makes it available again.
void returnSlot(std::uint8_t* slot, std::size_t size) noexcept;

/// Locked memory with guard pages, for values of any length. Throws std::bad_alloc.
std::uint8_t* takeBlock(std::size_t size);
/// Wipes and unmaps the block.
void returnBlock(std::uint8_t* block) noexcept;

/// Takes the same time wherever the bytes differ.
bool sameBytes(View a, View b);

} // namespace detail

/// Raw access to secrets, for the files that feed primitives, codecs and the keychain. Everybody
/// else handles secrets whole; a test lists the files that may name this type.
struct SecretAccess;

/// A secret of exactly N bytes. Move-only; the tag keeps one kind of key from being used as
/// another. Not shared between threads without a lock, like any value.
template <class Tag, std::size_t N> class Secret {
    static_assert(N > 0 && N <= detail::maxSlot);

public:
    static constexpr std::size_t size() { return N; }

    /// All zeros.
    Secret() : m_slot(detail::takeSlot(N)) {}
    ~Secret()
    {
        if (m_slot)
            detail::returnSlot(m_slot, N);
    }
    Secret(Secret&& other) noexcept : m_slot(std::exchange(other.m_slot, nullptr)) {}
    Secret& operator=(Secret&& other) noexcept
    {
        std::swap(m_slot, other.m_slot);
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    /// Nothing if `bytes` has another length than N. The caller wipes the source.
    static std::optional<Secret> from(View bytes)
    {
        if (bytes.size() != N)
            return std::nullopt;
        Secret result;
        std::ranges::copy(bytes, result.m_slot);
        return result;
    }

    /// A deliberate copy, for instance of a state that is tried out before it is kept.
    Secret clone() const { return std::move(*from(bytes())); }

    bool operator==(const Secret& other) const { return detail::sameBytes(bytes(), other.bytes()); }

private:
    friend struct SecretAccess;
    View bytes() const { return assert(m_slot), View{m_slot, N}; }

    std::uint8_t* m_slot;
};

/// A secret of any length: serialised key state, opened key slots.
class SecretBytes {
public:
    SecretBytes() = default;
    /// `size` zero bytes.
    explicit SecretBytes(std::size_t size);
    explicit SecretBytes(View bytes);
    ~SecretBytes() { clear(); }
    SecretBytes(SecretBytes&& other) noexcept { swap(other); }
    SecretBytes& operator=(SecretBytes&& other) noexcept
    {
        SecretBytes moved(std::move(other));
        swap(moved);
        return *this;
    }
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;

    std::size_t size() const { return m_size; }
    bool empty() const { return m_size == 0; }
    SecretBytes clone() const { return SecretBytes(bytes()); }
    void append(View bytes);
    void clear();

    bool operator==(const SecretBytes& other) const
    {
        return detail::sameBytes(bytes(), other.bytes());
    }

private:
    friend struct SecretAccess;
    View bytes() const { return {m_block, m_size}; }
    void swap(SecretBytes& other) noexcept;

    std::uint8_t* m_block = nullptr;
    std::size_t m_size = 0;
    std::size_t m_capacity = 0;
};

struct SecretAccess {
    template <class Tag, std::size_t N> static View view(const Secret<Tag, N>& secret)
    {
        return secret.bytes();
    }
    static View view(const SecretBytes& secret) { return secret.bytes(); }
    template <class Tag, std::size_t N>
    static std::span<std::uint8_t> writable(Secret<Tag, N>& secret)
    {
        return assert(secret.m_slot), std::span<std::uint8_t>{secret.m_slot, N};
    }
    static std::span<std::uint8_t> writable(SecretBytes& secret)
    {
        return {secret.m_block, secret.m_size};
    }
    template <class Tag, std::size_t N>
    static std::span<std::uint8_t> writable(Fixed<Tag, N>& value)
    {
        return {value.data(), N};
    }
};

/// Bytes that may be secret, on their way into a primitive. Borrows; used as a parameter only.
class Input {
public:
    template <class T>
    requires std::is_convertible_v<const T&, View> Input(const T& bytes) : m_bytes(bytes) {}
    Input(std::string_view text) : m_bytes(impulse::view(text)) {}
    Input(const std::string& text) : Input(std::string_view(text)) {}
    template <class Tag, std::size_t N>
    Input(const Secret<Tag, N>& secret) : m_bytes(SecretAccess::view(secret))
    {
    }
    Input(const SecretBytes& secret) : m_bytes(SecretAccess::view(secret)) {}

    std::size_t size() const { return m_bytes.size(); }

private:
    friend struct InputAccess;
    View m_bytes;
};

/// For the implementations of this room.
struct InputAccess {
    static View view(const Input& input) { return input.m_bytes; }
};

} // namespace impulse::crypto
