#pragma once

#include "tests/unit/protocol/Describe.h"

#include <charconv>
#include <utility>

/// Good frames with one thing wrong. Works on the bytes, so that it owes nothing to the codec that it
/// tests.
namespace impulse::protocol::broken {

/// A data item of definite length at `at`: where it ends.
inline std::size_t itemEnd(View cbor, std::size_t at)
{
    const unsigned major = cbor[at] >> 5;
    const unsigned info = cbor[at] & 31;
    std::uint64_t value = info;
    std::size_t next = at + 1;
    if (info >= 24) {
        value = 0;
        for (std::size_t i = 0; i < std::size_t{1} << (info - 24); ++i)
            value = value << 8 | cbor[next++];
    }
    if (major == 2 || major == 3)
        return next + static_cast<std::size_t>(value);
    const std::uint64_t items = major == 4 ? value : major == 5 ? 2 * value : 0;
    for (std::uint64_t i = 0; i < items; ++i)
        next = itemEnd(cbor, next);
    return next;
}

inline Bytes head(unsigned major, std::uint64_t value)
{
    Bytes result;
    const auto lead = [&](unsigned info) {
        result.push_back(static_cast<std::uint8_t>(major << 5 | info));
    };
    int bytes = 0;
    if (value < 24)
        lead(static_cast<unsigned>(value));
    else if (value < 0x100)
        lead(24), bytes = 1;
    else if (value < 0x10000)
        lead(25), bytes = 2;
    else
        lead(26), bytes = 4;
    for (int i = bytes - 1; i >= 0; --i)
        result.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return result;
}

/// The entries of a frame's map, each as the bytes of its key and value.
using Entries = std::vector<std::pair<Bytes, Bytes>>;

inline Entries entriesOf(View frame)
{
    Entries result;
    for (std::size_t at = 1; at < frame.size();) {
        const auto middle = itemEnd(frame, at);
        const auto end = itemEnd(frame, middle);
        result.push_back({toBytes(frame.subspan(at, middle - at)),
                          toBytes(frame.subspan(middle, end - middle))});
        at = end;
    }
    return result;
}

inline Bytes frameOf(const Entries& entries)
{
    Bytes result = head(5, entries.size());
    for (const auto& [key, value] : entries) {
        result.insert(result.end(), key.begin(), key.end());
        result.insert(result.end(), value.begin(), value.end());
    }
    return result;
}

/// The number behind "≤ " or "[" in a type of PROTOCOL.md; nothing where the type has no limit.
inline std::optional<std::uint64_t> limitOf(const std::string& type)
{
    auto at = type.find("≤ ");
    at = at == std::string::npos ? type.find('[') : at + std::string("≤").size();
    if (at == std::string::npos)
        return std::nullopt;
    std::uint64_t value = 0;
    const char* from = type.data() + at + 1;
    if (std::from_chars(from, type.data() + type.size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

/// A value of the right type, one beyond its limit.
inline std::optional<Bytes> beyond(const std::string& type, const Bytes& good)
{
    const auto limit = limitOf(type);
    if (type == "uint") // 2^53
        return Bytes{0x1b, 0, 0x20, 0, 0, 0, 0, 0, 0};
    if (!limit)
        return std::nullopt;
    if (type.starts_with("uint"))
        return head(0, *limit + 1);
    Bytes result = head(good[0] >> 5, *limit + 1);
    Bytes item{'a'};
    if (type.starts_with("array")) {
        const auto first = itemEnd(good, 0) > 1 ? std::size_t{1} : std::size_t{0};
        item = toBytes(View(good).subspan(first, itemEnd(good, first) - first));
    }
    for (std::uint64_t i = 0; i <= *limit; ++i)
        result.insert(result.end(), item.begin(), item.end());
    return result;
}

struct Frame {
    std::string what;
    Bytes bytes;
};

/// Every way to break a field of `good`, which holds them all. `fields` begin at key 2.
inline std::vector<Frame> breakFields(View good, const std::vector<describe::FieldText>& fields)
{
    std::vector<Frame> result;
    const auto entries = entriesOf(good);
    const auto first = entries.size() - fields.size();
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto& field = fields[i];
        const auto& value = entries[first + i].second;
        const auto with = [&](const Bytes& other) {
            auto changed = entries;
            changed[first + i].second = other;
            return frameOf(changed);
        };
        result.push_back({field.name + " of another type",
                          with(value[0] >> 5 == 0 ? Bytes{0x60} : Bytes{0x00})});
        if (!field.optional) {
            auto without = entries;
            without.erase(without.begin() + static_cast<std::ptrdiff_t>(first + i));
            result.push_back({field.name + " missing", frameOf(without)});
        }
        if (const auto large = beyond(field.type, value))
            result.push_back({field.name + " over its limit", with(*large)});
    }
    auto twice = entries;
    twice.push_back(entries.back());
    result.push_back({"a key twice", frameOf(twice)});
    auto swapped = entries;
    std::swap(swapped[0], swapped[1]);
    result.push_back({"keys not ascending", frameOf(swapped)});
    return result;
}

} // namespace impulse::protocol::broken
