#pragma once

#include "common/crypto/Rng.h"

#include <deque>

namespace impulse::test {

/// Gives out exactly the draws of a script. A draw of another length than the next of the script,
/// or beyond its end, gives zeros and is remembered as a failure.
class ScriptedRng final : public crypto::Rng {
public:
    explicit ScriptedRng(std::deque<Bytes> draws) : m_draws(std::move(draws)) {}

    void fill(std::span<std::uint8_t> out) override
    {
        std::ranges::fill(out, std::uint8_t{0});
        if (m_draws.empty() || m_draws.front().size() != out.size()) {
            m_failed = true;
            return;
        }
        std::ranges::copy(m_draws.front(), out.begin());
        m_draws.pop_front();
    }

    /// True if every draw had its length and none is left over.
    bool exactlyUsed() const { return !m_failed && m_draws.empty(); }
    std::size_t left() const { return m_draws.size(); }

private:
    std::deque<Bytes> m_draws;
    bool m_failed = false;
};

} // namespace impulse::test
