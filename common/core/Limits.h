#pragma once

#include <cstddef>
#include <cstdint>

/// Sizes and counts that both sides know. Sources: encryption.md appendix A, PROTOCOL.md.
namespace impulse::limits {

/// Largest integer in a fixed layout or on the wire: 2^53 - 1 (encryption.md 0.1).
inline constexpr std::uint64_t maxInteger = (std::uint64_t{1} << 53) - 1;
/// Content of one event, in bytes, before padding.
inline constexpr std::size_t content = 65535;
/// Padded and sealed content: 64 KiB bucket plus 72 bytes of SEAL.
inline constexpr std::size_t body = 65536 + 72;
/// Devices in one device list.
inline constexpr std::size_t devices = 32;
/// One wrap (a ratchet message of 105 bytes inside an init header).
inline constexpr std::size_t wrap = 512;
/// AAD of a direct event and of a group event.
inline constexpr std::size_t aadDirect = 115;
inline constexpr std::size_t aadGroup = 175;
/// Username: [a-z0-9][a-z0-9._-]{1,31}
inline constexpr std::size_t usernameMin = 2;
inline constexpr std::size_t usernameMax = 32;
/// One WebSocket message, in bytes.
inline constexpr std::size_t frame = 1 << 20;
/// The same before a device is logged in: strangers are not given memory.
inline constexpr std::size_t earlyFrame = 1 << 16;
/// Encrypted profile blob.
inline constexpr std::size_t profile = 16384;
/// One device list: 262 bytes of frame and 136 per device (encryption.md 1.2).
inline constexpr std::size_t deviceList = 262 + 136 * devices;
/// Members of a group, and one of them in a group's state (encryption.md 5.1).
inline constexpr std::size_t groupMembers = 500;
inline constexpr std::size_t groupMember = 49;
/// One state of a group: 268 bytes of frame and the members.
inline constexpr std::size_t groupState = 268 + groupMember * groupMembers;
/// Sealed name, description and picture of a group: 32 KiB bucket plus 72 bytes of SEAL.
inline constexpr std::size_t groupMeta = 32768 + 72;
/// One-time prekeys in one upload.
inline constexpr std::size_t oneTimePrekeys = 200;

} // namespace impulse::limits
