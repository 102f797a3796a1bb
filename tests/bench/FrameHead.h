#pragma once

#include "common/core/Bytes.h"

#include <optional>

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

/// Of an EventAccepted.
struct AcceptedHead {
    std::uint64_t id = 0;
    View conversation;
    std::uint64_t logSeq = 0;
};
inline std::optional<AcceptedHead> readAccepted(View frame)
{
    FrameHead head(frame);
    AcceptedHead result;
    const bool hasId = head.skipKey(1);
    result.id = head.readUnsigned();
    const bool hasConversation = head.skipKey(2);
    result.conversation = head.readBytes();
    const bool hasSeq = head.skipKey(3);
    result.logSeq = head.readUnsigned();
    if (!hasId || !hasConversation || !hasSeq || head.failed())
        return std::nullopt;
    return result;
}

/// Of an EventPush.
struct PushHead {
    std::uint64_t logSeq = 0;
    View aad;
};
inline std::optional<PushHead> readPush(View frame)
{
    FrameHead head(frame);
    PushHead result;
    head.skipKey(2);
    head.readCount();
    head.skipKey(1);
    result.logSeq = head.readUnsigned();
    head.skipKey(2);
    head.readUnsigned();
    const bool hasAad = head.skipKey(3);
    result.aad = head.readBytes();
    if (!hasAad || head.failed())
        return std::nullopt;
    return result;
}

inline std::uint64_t readBe64(const std::uint8_t* bytes)
{
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i)
        value = value << 8 | bytes[i];
    return value;
}

} // namespace impulse::bench
