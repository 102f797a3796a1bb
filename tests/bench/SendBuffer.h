#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>

namespace impulse::bench {

/// Bytes waiting to be written. Grows without filling what it grows by.
class SendBuffer {
public:
    bool empty() const { return m_begin == m_end; }
    std::size_t size() const { return m_end - m_begin; }
    std::span<const std::uint8_t> waiting() const { return {m_data.get() + m_begin, size()}; }

    /// Room for `size` bytes at the end, which count as written. Valid until the next call.
    std::uint8_t* extend(std::size_t size)
    {
        if (m_end + size > m_capacity)
            grow(size);
        auto* result = m_data.get() + m_end;
        m_end += size;
        return result;
    }

    void drop(std::size_t size)
    {
        m_begin += size;
        if (m_begin == m_end)
            m_begin = m_end = 0;
    }

    /// Gives the memory back.
    void release() { *this = SendBuffer(); }

private:
    void grow(std::size_t size)
    {
        const auto used = this->size();
        const auto capacity = std::max<std::size_t>(2 * (used + size), 512);
        std::unique_ptr<std::uint8_t[]> data(new std::uint8_t[capacity]);
        if (used > 0)
            std::memcpy(data.get(), m_data.get() + m_begin, used);
        m_data = std::move(data);
        m_begin = 0;
        m_end = used;
        m_capacity = capacity;
    }

    std::unique_ptr<std::uint8_t[]> m_data;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
    std::size_t m_capacity = 0;
};

} // namespace impulse::bench
