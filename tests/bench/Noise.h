#pragma once

#include <cstdint>
#include <cstring>
#include <span>

namespace impulse::bench {

/// Random bytes at memory speed, in place of ciphertext; not for secrets. The same seed gives the
/// same bytes, so what was sent can be made again and compared. SplitMix64 (Steele, Lea, Flood
/// 2014).
class Noise {
public:
    explicit Noise(std::uint64_t seed) : m_state(seed) {}

    std::uint64_t next()
    {
        m_state += 0x9e3779b97f4a7c15;
        std::uint64_t mixed = m_state;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }

    void fill(std::span<std::uint8_t> out)
    {
        std::size_t at = 0;
        for (; at + 8 <= out.size(); at += 8) {
            const auto word = next();
            std::memcpy(out.data() + at, &word, 8);
        }
        if (at < out.size()) {
            const auto word = next();
            std::memcpy(out.data() + at, &word, out.size() - at);
        }
    }

private:
    std::uint64_t m_state;
};

} // namespace impulse::bench
