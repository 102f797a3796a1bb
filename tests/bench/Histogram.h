#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace impulse::bench {

/// Latencies in nanoseconds. 64 buckets for each doubling, so a percentile is off by less than 1.6
/// %; the maximum is exact.
class Histogram {
public:
    void add(std::int64_t ns)
    {
        const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0));
        ++m_buckets[indexOf(value)];
        ++m_count;
        m_max = std::max(m_max, value);
    }

    void clear() { *this = Histogram(); }
    std::uint64_t count() const { return m_count; }
    double maxMs() const { return static_cast<double>(m_max) / 1e6; }

    /// The upper end of the bucket below which `share` (0 to 1) of all values lie, in milliseconds;
    /// 0 if there are none.
    double quantileMs(double share) const
    {
        const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(m_count));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < m_buckets.size(); ++i) {
            seen += m_buckets[i];
            if (m_buckets[i] > 0 && seen > std::min(wanted, m_count - 1))
                return static_cast<double>(std::min(upperEnd(i), m_max)) / 1e6;
        }
        return 0;
    }

private:
    static constexpr int subBits = 6;
    static constexpr std::size_t sub = std::size_t{1} << subBits;

    static std::size_t indexOf(std::uint64_t value)
    {
        if (value < sub)
            return static_cast<std::size_t>(value);
        const int shift = static_cast<int>(std::bit_width(value)) - 1 - subBits;
        return static_cast<std::size_t>(shift + 1) * sub +
               static_cast<std::size_t>((value >> shift) - sub);
    }

    static std::uint64_t upperEnd(std::size_t index)
    {
        if (index < sub)
            return index;
        const auto shift = index / sub - 1;
        return ((index % sub + sub + 1) << shift) - 1;
    }

    std::array<std::uint32_t, (64 - subBits + 1) * sub> m_buckets{};
    std::uint64_t m_count = 0;
    std::uint64_t m_max = 0;
};

} // namespace impulse::bench
