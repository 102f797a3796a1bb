#include "client/e2ee/content/Content.h"
#include "client/e2ee/content/ContentKeys.h"
#include "common/core/Cbor.h"
#include "common/core/Limits.h"

#include <algorithm>

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;

/// Collects the pairs of the top-level map: their number is known only at the end.
class MapWriter {
public:
    explicit MapWriter(ContentType type)
    {
        key(contentKey::type).writeUnsigned(static_cast<std::uint64_t>(type));
    }

    /// Keys must come ascending.
    cbor::Writer& key(std::uint64_t key)
    {
        ++m_count;
        m_pairs.writeUnsigned(key);
        return m_pairs;
    }

    void reference(std::uint64_t at, const Reference& reference)
    {
        auto& writer = key(at);
        writer.writeArray(2);
        writer.writeBytes(reference.id);
        writer.writeBytes(reference.bodyHash);
    }

    void attachments(const std::vector<Bytes>& attachments)
    {
        if (attachments.empty())
            return;
        auto& writer = key(contentKey::attachments);
        writer.writeArray(attachments.size());
        for (const auto& attachment : attachments)
            writer.writeItem(attachment);
    }

    Bytes take() const
    {
        cbor::Writer writer;
        writer.writeMap(m_count);
        writer.writeItem(m_pairs.bytes());
        return writer.take();
    }

private:
    cbor::Writer m_pairs;
    std::size_t m_count = 0;
};

bool isAttachment(const Bytes& item)
{
    cbor::Reader reader(item);
    return reader.peek() == cbor::Type::Map && cbor::isWellFormed(item);
}

crypto::Result<void> checkText(const std::string& text, const std::vector<Mention>& mentions,
                               const std::vector<Bytes>& attachments)
{
    if (!cbor::isUtf8(text) || !std::ranges::all_of(attachments, isAttachment))
        return Failure{CryptoError::Malformed};
    if (text.size() > limits::content || attachments.size() > contentLimits::attachments ||
        mentions.size() > maxMentions)
        return Failure{CryptoError::LimitExceeded};
    if (!mentionsFit(mentions, text))
        return Failure{CryptoError::Malformed};
    return {};
}

bool isExpiry(std::uint64_t seconds)
{
    return seconds >= contentLimits::expireMinSeconds && seconds <= contentLimits::expireMaxSeconds;
}

bool isRevision(std::uint64_t revision)
{
    return revision <= limits::maxInteger;
}

crypto::Result<Bytes> write(const TextContent& content)
{
    IMPULSE_CHECK(checkText(content.text, content.mentions, content.attachments));
    if (content.expireSeconds && !isExpiry(*content.expireSeconds))
        return Failure{CryptoError::LimitExceeded};
    MapWriter map(ContentType::Text);
    map.key(contentKey::text).writeText(content.text);
    map.attachments(content.attachments);
    if (content.reply)
        map.reference(contentKey::reply, *content.reply);
    if (content.after)
        map.reference(contentKey::after, *content.after);
    if (content.profileKey)
        map.key(contentKey::profileKey).writeBytes(crypto::SecretAccess::view(*content.profileKey));
    if (content.expireSeconds)
        map.key(contentKey::expireSeconds).writeUnsigned(*content.expireSeconds);
    if (!content.mentions.empty())
        writeMentions(map.key(contentKey::mentions), content.mentions);
    if (content.forwarded)
        map.key(contentKey::forwarded).writeUnsigned(1);
    return map.take();
}

crypto::Result<Bytes> write(const EditContent& content)
{
    IMPULSE_CHECK(checkText(content.text, content.mentions, content.attachments));
    if (!isRevision(content.revision))
        return Failure{CryptoError::Malformed};
    MapWriter map(ContentType::Edit);
    map.key(contentKey::text).writeText(content.text);
    map.reference(contentKey::target, content.target);
    map.attachments(content.attachments);
    map.key(contentKey::revision).writeUnsigned(content.revision);
    if (!content.mentions.empty())
        writeMentions(map.key(contentKey::mentions), content.mentions);
    return map.take();
}

crypto::Result<Bytes> write(const DeleteContent& content)
{
    MapWriter map(ContentType::Delete);
    map.reference(contentKey::target, content.target);
    return map.take();
}

crypto::Result<Bytes> write(const ReactionContent& content)
{
    if (!cbor::isUtf8(content.emoji))
        return Failure{CryptoError::Malformed};
    if (content.emoji.size() > contentLimits::emoji)
        return Failure{CryptoError::LimitExceeded};
    MapWriter map(ContentType::Reaction);
    map.reference(contentKey::target, content.target);
    map.key(contentKey::emoji).writeText(content.emoji);
    return map.take();
}

crypto::Result<Bytes> write(const ReceiptContent& content)
{
    if (content.ids.empty())
        return Failure{CryptoError::Malformed};
    if (content.ids.size() > contentLimits::receiptIds)
        return Failure{CryptoError::LimitExceeded};
    MapWriter map(ContentType::Receipt);
    map.key(contentKey::status).writeUnsigned(static_cast<std::uint64_t>(content.status));
    auto& writer = map.key(contentKey::messageIds);
    writer.writeArray(content.ids.size());
    for (const auto& id : content.ids)
        writer.writeBytes(id);
    return map.take();
}

crypto::Result<Bytes> write(const TypingContent& content)
{
    MapWriter map(ContentType::Typing);
    map.key(contentKey::status).writeUnsigned(content.active ? 1 : 0);
    return map.take();
}

crypto::Result<Bytes> write(const ProfileKeyContent& content)
{
    MapWriter map(ContentType::NewProfileKey);
    map.key(contentKey::profileKey).writeBytes(crypto::SecretAccess::view(content.key));
    return map.take();
}

crypto::Result<Bytes> write(const PinContent& content)
{
    if (!isRevision(content.revision))
        return Failure{CryptoError::Malformed};
    MapWriter map(ContentType::Pin);
    map.reference(contentKey::target, content.target);
    map.key(contentKey::revision).writeUnsigned(content.revision);
    map.key(contentKey::status).writeUnsigned(content.pinned ? 1 : 0);
    return map.take();
}

crypto::Result<Bytes> write(const TimerContent& content)
{
    if (!isRevision(content.revision))
        return Failure{CryptoError::Malformed};
    if (content.seconds != 0 && !isExpiry(content.seconds))
        return Failure{CryptoError::LimitExceeded};
    MapWriter map(ContentType::Timer);
    map.key(contentKey::revision).writeUnsigned(content.revision);
    map.key(contentKey::expireSeconds).writeUnsigned(content.seconds);
    return map.take();
}

crypto::Result<Bytes> write(const ResendRequestContent& content)
{
    if (content.items.empty())
        return Failure{CryptoError::Malformed};
    if (content.items.size() > contentLimits::resendIds)
        return Failure{CryptoError::LimitExceeded};
    MapWriter map(ContentType::ResendRequest);
    auto& writer = map.key(contentKey::first);
    writer.writeArray(content.items.size());
    for (const auto& item : content.items) {
        writer.writeArray(2);
        writer.writeBytes(item.author);
        writer.writeBytes(item.id);
    }
    return map.take();
}

crypto::Result<Bytes> write(const SessionRefreshContent&)
{
    return MapWriter(ContentType::SessionRefresh).take();
}

crypto::Result<Bytes> write(const OwnSyncContent& content)
{
    IMPULSE_TRY(const auto fields, writeOwnSync(content));
    MapWriter map(ContentType::OwnSync);
    map.key(contentKey::first).writeUnsigned(fields.subtype);
    map.key(contentKey::second).writeItem(fields.data);
    return map.take();
}

crypto::Result<Bytes> write(const RootUpdateContent& content)
{
    if (content.generation == 0 ||
        (content.passwordSlot && content.passwordSlot->size() != contentLimits::rootSlot))
        return Failure{CryptoError::Malformed};
    MapWriter map(ContentType::RootUpdate);
    map.key(contentKey::first).writeUnsigned(content.generation);
    if (content.accountSeed)
        map.key(contentKey::second).writeBytes(crypto::SecretAccess::view(*content.accountSeed));
    if (content.archive) {
        auto& writer = map.key(contentKey::third);
        writer.writeArray(2);
        writer.writeBytes(content.archive->key);
        writer.writeBytes(content.archive->certificate);
    }
    if (content.passwordSlot)
        map.key(contentKey::fourth).writeBytes(*content.passwordSlot);
    return map.take();
}

crypto::Result<Bytes> write(const ForwardedContent& content)
{
    MapWriter map(ContentType::Forwarded);
    map.key(contentKey::first).writeBytes(content.aad);
    if (const auto* inner = std::get_if<Bytes>(&content.payload))
        map.key(contentKey::second).writeBytes(*inner);
    map.key(contentKey::third).writeBytes(content.bodyHash);
    if (const auto* key = std::get_if<BodyKey>(&content.payload))
        map.key(contentKey::fourth).writeBytes(crypto::SecretAccess::view(*key));
    return map.take();
}

crypto::Result<Bytes> write(const OtherContent&)
{
    return Failure{CryptoError::Internal};
}

} // namespace

crypto::Result<Bytes> writeContent(const Content& content)
{
    auto bytes = std::visit([](const auto& value) { return write(value); }, content);
    if (bytes.ok() && bytes->size() > limits::content)
        return Failure{CryptoError::LimitExceeded};
    // Attachments and values come as items of the caller: the whole must still be readable.
    if (bytes.ok() && !cbor::isWellFormed(*bytes))
        return Failure{CryptoError::Malformed};
    return bytes;
}

} // namespace impulse::e2ee
