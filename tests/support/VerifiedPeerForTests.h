#pragma once

#include "common/crypto/DeviceLists.h"

namespace impulse::crypto {

/// Makes peers without a directory, where a test is about what comes after verification.
struct VerifiedPeerForTests {
    static VerifiedPeer make(const Party& party) { return VerifiedPeer(party); }
};

} // namespace impulse::crypto
