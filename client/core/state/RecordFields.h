#pragma once

#include "common/core/Limits.h"
#include "common/protocol/Fields.h"
#include "common/protocol/WireSecret.h"

/// What the field lists of all rows are made of.
namespace impulse::client {

using protocol::Bound;
using protocol::field;
using protocol::WireSecret;

inline constexpr Bound textBound{limits::content, 0};
inline constexpr Bound anyBound{1 << 20, 1 << 20};

} // namespace impulse::client
