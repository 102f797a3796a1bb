#pragma once

#include "common/core/Cbor.h"
#include "common/core/Ids.h"

#include <string_view>
#include <vector>

namespace impulse::e2ee {

/// At most this many in one text (encryption.md 4.5).
inline constexpr std::size_t maxMentions = 100;

/// A person named in a text. Zeros as the user id mean everyone.
struct Mention {
    UserId user;
    /// In bytes of the UTF-8 text.
    std::uint64_t offset = 0;
    std::uint64_t length = 0;

    bool operator==(const Mention&) const = default;
};

/// True if the list may stand beside `text`: not more than maxMentions, ascending, not overlapping,
/// both ends between code points inside the text.
bool mentionsFit(const std::vector<Mention>& mentions, std::string_view text);

/// Reads the value of key 12, one well-formed CBOR item. One bad entry makes the whole list empty.
std::vector<Mention> parseMentions(View item, std::string_view text);

void writeMentions(cbor::Writer& writer, const std::vector<Mention>& mentions);

} // namespace impulse::e2ee
