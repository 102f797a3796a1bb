#pragma once

#include "common/core/Bytes.h"

namespace impulse::bench {

/// Reads the few fields of an answer or push that every message needs, without allocating. CBOR is
/// taken as well-formed: a sample of frames, and every frame that does not fit, is decoded in full
/// by common/protocol.
class FrameHead {
public:
    explicit FrameHead(View frame) : m_at(frame.data()), m_end(frame.data() + frame.size())
    {
        readHead();
        if (readUnsigned() != 0)
            m_failed = true;
        kind = readUnsigned();
    }

    /// The next item as an unsigned integer.
    std::uint64_t readUnsigned() { return readHead(); }
    /// The next item's bytes.
    View readBytes()
    {
        const auto size = readHead();
        if (m_failed || size > static_cast<std::uint64_t>(m_end - m_at)) {
            m_failed = true;
            return {};
        }
        const View result(m_at, static_cast<std::size_t>(size));
        m_at += size;
        return result;
    }
    /// The head of a map or array, as its count.
    std::uint64_t readCount() { return readHead(); }
    /// True if the next item is this key, which is skipped.
    bool skipKey(std::uint64_t key) { return readHead() == key && !m_failed; }
    bool failed() const { return m_failed; }

    std::uint64_t kind = 0;

private:
    std::uint64_t readHead()
    {
        if (m_at == m_end) {
            m_failed = true;
            return 0;
        }
        const auto info = *m_at++ & 31;
        if (info < 24)
            return static_cast<std::uint64_t>(info);
        const auto size = std::ptrdiff_t{1} << (info - 24);
        if (info > 27 || m_end - m_at < size) {
            m_failed = true;
            return 0;
        }
        std::uint64_t value = 0;
        for (std::ptrdiff_t i = 0; i < size; ++i)
            value = value << 8 | m_at[i];
        m_at += size;
        return value;
    }

    const std::uint8_t* m_at;
    const std::uint8_t* m_end;
    bool m_failed = false;
};

} // namespace impulse::bench
