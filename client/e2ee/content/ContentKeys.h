#pragma once

#include <cstdint>

/// Keys of content maps (encryption.md 4.5).
namespace impulse::e2ee::contentKey {

inline constexpr std::uint64_t type = 0;
inline constexpr std::uint64_t text = 1;
inline constexpr std::uint64_t target = 2;
inline constexpr std::uint64_t attachments = 3;
inline constexpr std::uint64_t reply = 4;
inline constexpr std::uint64_t after = 5;
inline constexpr std::uint64_t profileKey = 6;
inline constexpr std::uint64_t revision = 7;
inline constexpr std::uint64_t expireSeconds = 8;
inline constexpr std::uint64_t status = 9;
inline constexpr std::uint64_t messageIds = 10;
inline constexpr std::uint64_t emoji = 11;
inline constexpr std::uint64_t mentions = 12;
inline constexpr std::uint64_t forwarded = 13;
/// Of control contents; the meaning depends on the type.
inline constexpr std::uint64_t first = 32;
inline constexpr std::uint64_t second = 33;
inline constexpr std::uint64_t third = 34;
inline constexpr std::uint64_t fourth = 35;

} // namespace impulse::e2ee::contentKey
