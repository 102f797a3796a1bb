#pragma once

#include "common/core/Bytes.h"

#include <cstdint>
#include <optional>
#include <string_view>

/// The one strict reader and writer of CBOR (RFC 8949) for frames and for message content. Plain C++.
///
/// Accepted: unsigned integers, byte strings, valid UTF-8 text strings, arrays, maps with strictly
/// ascending unsigned keys, booleans; definite lengths only. Everything else is malformed. Nothing
/// is allocated for a length before that many bytes are known to be there.
namespace impulse::cbor {

enum class Type { Unsigned, Bytes, Text, Array, Map, Boolean };

/// Deepest nesting below the top item.
inline constexpr int maxDepth = 8;

/// True if `bytes` is exactly one item by the rules above, with at most maxDepth levels below it.
bool isWellFormed(View bytes);

/// True if `text` is valid UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool isUtf8(std::string_view text);

/// Reads one item after another. The first failure is kept: every later read returns nothing.
/// Byte and text strings are views into the input.
class Reader {
public:
    explicit Reader(View input) : m_rest(input) {}

    bool failed() const { return m_failed; }
    bool atEnd() const { return !m_failed && m_rest.empty(); }
    View rest() const { return m_rest; }

    /// Type of the next item. Fails at the end of input and on types that are not accepted.
    std::optional<Type> peek();

    std::optional<std::uint64_t> readUnsigned();
    std::optional<bool> readBoolean();
    /// Fails if longer than `max` bytes.
    std::optional<View> readBytes(std::size_t max = SIZE_MAX);
    /// Fails if longer than `max` bytes or not UTF-8.
    std::optional<std::string_view> readText(std::size_t max = SIZE_MAX);
    /// Number of items. Fails above `max`, or if the rest of the input cannot hold that many.
    std::optional<std::size_t> readArray(std::size_t max = SIZE_MAX);
    /// Number of pairs. The caller checks the order of keys with a KeyOrder.
    std::optional<std::size_t> readMap(std::size_t max = SIZE_MAX);

    /// Skips one item of any accepted type and returns its bytes; checks it completely.
    std::optional<View> skip(int depth = maxDepth);

    /// Marks the input as malformed.
    void fail() { m_failed = true; }

private:
    struct Head {
        int major;
        std::uint64_t value;
    };
    std::optional<Head> readHead();
    std::optional<View> readString(int major, std::size_t max);
    std::optional<std::size_t> readCount(int major, std::size_t bytesPerItem, std::size_t max);

    View m_rest;
    bool m_failed = false;
};

/// Checks that the keys of one map are unsigned and strictly ascending.
class KeyOrder {
public:
    /// Reads the next key; nothing if it is not greater than the one before.
    std::optional<std::uint64_t> next(Reader& reader);

private:
    std::optional<std::uint64_t> m_last;
};

/// Writes shortest forms into one growing buffer.
class Writer {
public:
    void writeUnsigned(std::uint64_t value) { writeHead(0, value); }
    void writeBoolean(bool value) { m_out.push_back(value ? 0xf5 : 0xf4); }
    void writeBytes(View bytes);
    void writeText(std::string_view text);
    /// `count` items follow.
    void writeArray(std::size_t count) { writeHead(4, count); }
    /// `count` pairs follow, keys ascending.
    void writeMap(std::size_t count) { writeHead(5, count); }
    /// An item that is CBOR already.
    void writeItem(View item) { m_out.insert(m_out.end(), item.begin(), item.end()); }

    const Bytes& bytes() const { return m_out; }
    Bytes take() { return std::move(m_out); }

private:
    void writeHead(int major, std::uint64_t value);

    Bytes m_out;
};

} // namespace impulse::cbor
