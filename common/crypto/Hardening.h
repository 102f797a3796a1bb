#pragma once

namespace impulse::crypto {

/// Keeps the memory of this process out of core dumps and from other processes of the same user
/// (encryption.md 1.5). Called first in main. False if the system refused a part of it; the
/// program goes on and says so in its log.
bool hardenProcess();

} // namespace impulse::crypto
