#pragma once

#include "common/core/Bytes.h"

namespace impulse::e2ee {

/// base64url without padding (RFC 4648 section 5).
std::string toBase64Url(View bytes);

/// Strict (encryption.md 8.2): nothing if there is padding, a foreign character, an impossible
/// length or a spare bit that is not zero.
std::optional<Bytes> fromBase64Url(std::string_view text);

} // namespace impulse::e2ee
