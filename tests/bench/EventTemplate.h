#pragma once

#include "tests/support/TestPerson.h"

namespace impulse::bench {

/// What a message carries that no other one does.
struct EventStamp {
    std::uint64_t requestId = 0;
    std::uint64_t senderSeq = 0;
    /// Message id, body and wrap (or signature) are made of this.
    std::uint64_t seed = 0;
};

/// A ratchet message around the 105 bytes of a wrap (encryption.md 4.2, section 4).
inline constexpr std::size_t wrapBytes = 235;
/// The body of a text message of so many bytes that refers to the one before it: content (4.5)
/// padded (0.5) and sealed.
std::size_t bodyBytes(std::size_t textBytes);

/// The SendEvent frame of one conversation's sender, encoded once by common/protocol; what changes
/// from message to message is written over it in place. Request ids are 2^32 or more, so that their
/// encoding has one length.
class EventTemplate {
public:
    EventTemplate(const tests::TestPerson& from, const tests::TestPerson& to,
                  std::size_t textBytes);
    /// In a group's first state.
    struct Group {
        ConversationId id;
        Hash32 stateHash;
        std::uint64_t roster = 0;
    };
    EventTemplate(const tests::TestPerson& from, const Group& group, std::size_t textBytes);

    std::size_t size() const { return m_frame.size(); }
    /// Writes the frame to `out`, which has room for size() bytes.
    void write(std::uint8_t* out, const EventStamp& stamp) const;
    /// What write() sends, decoded: for comparing.
    protocol::SendEvent event(const EventStamp& stamp) const;

    /// Where in an AAD (encryption.md 4.1) the fields lie.
    static constexpr std::size_t aadMessageId = 35;
    static constexpr std::size_t aadSenderSeq = 107;

private:
    struct Range {
        std::size_t offset = 0;
        std::size_t size = 0;
    };
    Range find(View content) const;
    /// `tail`: what is random besides the body.
    void encode(const protocol::SendEvent& event, View tail);

    Bytes m_frame;
    std::size_t m_requestId = 0;
    std::size_t m_aad = 0;
    Range m_body;
    /// The wrap; in a group the signature.
    Range m_tail;
};

} // namespace impulse::bench
