#pragma once

#include "common/crypto/Secret.h"

#include <span>

namespace impulse::crypto {

/// The only source of randomness; a port, so that the test vectors can script every draw.
class Rng {
public:
    virtual ~Rng() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;
};

/// The operating system's generator. Any thread.
class SystemRng final : public Rng {
public:
    void fill(std::span<std::uint8_t> out) override;
};

/// One draw of exactly T::size() bytes, T being a Fixed or a Secret.
template <class T> T random(Rng& rng)
{
    T result;
    rng.fill(SecretAccess::writable(result));
    return result;
}

} // namespace impulse::crypto
