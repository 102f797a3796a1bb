#include "common/crypto/Layouts.h"
#include "tests/fuzz/World.h"

#include <array>

using namespace impulse;
using namespace impulse::e2ee;
using fuzz::require;

namespace {

class Chat final : public EnvelopeContext {
public:
    Chat() : m_directory(ServerId{})
    {
        m_fields.senderUser = world.alice.asPeer().user();
        m_fields.senderDevice = world.alice.id();
        m_fields.peerUser = world.bob.asPeer().user();
        m_fields.conversation = crypto::directConversation(m_fields.senderUser, m_fields.peerUser);
        m_fields.sentMs = fuzz::nowMs;
        m_fields.seq = 1;
        static constexpr std::array<std::uint8_t, 6> text{0xa2, 0x00, 0x01, 0x01, 0x61, 'x'};
        auto sealed = seal(text);
        require(sealed.ok());
        sent = std::move(*sealed);
        world.restore();
    }

    crypto::Result<Envelope> seal(View content)
    {
        const std::array recipients{world.bob.asPeer()};
        return sealEnvelope(world.alice.rng(), world.alice.store(), m_directory.head(), m_fields,
                            content, recipients);
    }

    crypto::Result<Opened> open(View aad, View body, View wrap)
    {
        auto opened =
            openEnvelope(world.bob.store(), m_directory, *this, aad, body, wrap, fuzz::nowMs);
        require(world.bobIsUnchanged());
        return opened;
    }

    std::optional<Sender> sender(const UserId&, const DeviceId& device) const override
    {
        const auto alice = world.alice.asPeer();
        if (device != alice.device())
            return std::nullopt;
        return Sender{alice};
    }
    bool wasSeen(const DeviceId&, const MessageId&) const override { return false; }

    fuzz::World world;
    Envelope sent;

private:
    crypto::Directory m_directory;
    crypto::Aad m_fields;
};

/// Only the envelope as it was sealed opens.
void openEdited(Chat& chat, int part, View edits)
{
    const auto& sent = chat.sent;
    const auto aad = part == 0 ? fuzz::edited(sent.aad, edits) : sent.aad;
    const auto body = part == 1 ? fuzz::edited(sent.body, edits) : sent.body;
    const auto& message = sent.wraps.front().message;
    const auto wrap = part == 2 ? fuzz::edited(message, edits) : message;
    const bool same = aad == sent.aad && body == sent.body && wrap == message;
    require(chat.open(aad, body, wrap).ok() == same);
}

/// A peer who is who it says may still send any wrap plaintext.
void openWrapPlaintext(Chat& chat, View plaintext)
{
    const auto wrap =
        chat.world.alice.store().wrap(chat.world.alice.rng(), chat.world.bob.asPeer(), plaintext);
    require(wrap.ok());
    const auto opened = chat.open(chat.sent.aad, chat.sent.body, *wrap);
    require(!opened.ok() || plaintext.size() == WrapPlain::wireSize);
    chat.world.restore();
}

/// … and any content.
void openContent(Chat& chat, View content)
{
    const auto envelope = chat.seal(content);
    require(envelope.ok() == (content.size() <= limits::content));
    if (!envelope)
        return;
    auto opened = chat.open(envelope->aad, envelope->body, envelope->wraps.front().message);
    const bool readable = decodeHeader(crypto::EventKind::Direct, content).ok();
    require(readable || !opened.ok());
    if (opened) {
        require(equal(opened->content, content));
        require(accept(chat.world.bob.store(), *opened).ok());
    }
    chat.world.restore();
}

} // namespace

// The first byte says what the rest is: edits of the additional data, the body or the wrap of a
// sealed event, a wrap plaintext, a content.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static Chat chat;
    if (size == 0)
        return 0;
    const View rest(data + 1, size - 1);
    const int part = data[0] % 5;
    if (part < 3)
        openEdited(chat, part, rest);
    else if (part == 3)
        openWrapPlaintext(chat, rest);
    else
        openContent(chat, rest);
    return 0;
}
