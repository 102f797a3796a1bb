#include "client/e2ee/content/Content.h"
#include "client/e2ee/content/ContentFields.h"
#include "common/core/Cbor.h"
#include "common/core/Limits.h"

#include <algorithm>
#include <array>

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;
using crypto::EventKind;

/// Kinds in which a type may stand, one bit per kind.
constexpr unsigned inDirect = 1;
constexpr unsigned inGroup = 2;
constexpr unsigned inControl = 4;

unsigned kindsOf(std::uint64_t type)
{
    switch (static_cast<ContentType>(type)) {
    case ContentType::Text:
    case ContentType::Edit:
    case ContentType::Delete:
    case ContentType::Reaction:
    case ContentType::Typing:
    case ContentType::Pin:
        return inDirect | inGroup;
    case ContentType::Timer:
        return inDirect;
    case ContentType::Receipt:
    case ContentType::NewProfileKey:
    case ContentType::SenderKey:
    case ContentType::ResendRequest:
    case ContentType::SessionRefresh:
    case ContentType::OwnSync:
    case ContentType::RootUpdate:
    case ContentType::Forwarded:
    case ContentType::History:
        return inControl;
    }
    // Unknown: may be a message of a newer version, but never a control that nobody understands.
    return inDirect | inGroup;
}

unsigned bitOf(EventKind kind)
{
    switch (kind) {
    case EventKind::Direct:
        return inDirect;
    case EventKind::Group:
        return inGroup;
    case EventKind::Control:
        return inControl;
    }
    return 0;
}

std::uint64_t clampExpiry(std::uint64_t seconds)
{
    return std::clamp(seconds, contentLimits::expireMinSeconds, contentLimits::expireMaxSeconds);
}

Content readText(ContentFields& fields)
{
    TextContent content;
    content.text = fields.text(contentKey::text);
    content.attachments = fields.attachments();
    content.reply = fields.optionalReference(contentKey::reply);
    content.after = fields.optionalReference(contentKey::after);
    if (fields.has(contentKey::profileKey))
        content.profileKey = fields.secret<ProfileKey>(contentKey::profileKey);
    if (fields.has(contentKey::expireSeconds))
        content.expireSeconds = clampExpiry(fields.number(contentKey::expireSeconds));
    content.mentions = parseMentions(fields.item(contentKey::mentions), content.text);
    if (fields.has(contentKey::forwarded))
        content.forwarded = fields.number(contentKey::forwarded) == 1;
    return content;
}

Content readEdit(ContentFields& fields)
{
    EditContent content;
    content.target = fields.reference(contentKey::target);
    content.text = fields.text(contentKey::text);
    content.attachments = fields.attachments();
    content.revision = fields.revision();
    content.mentions = parseMentions(fields.item(contentKey::mentions), content.text);
    return content;
}

Content readReceipt(ContentFields& fields)
{
    ReceiptContent content;
    const auto status = fields.number(contentKey::status);
    fields.atMost(status - 1, 1);
    content.status = static_cast<ReceiptStatus>(status);
    fields.eachOf(contentKey::messageIds, [&](cbor::Reader& reader) {
        const auto bytes = reader.readBytes();
        const auto id = bytes ? MessageId::from(*bytes) : std::nullopt;
        if (id && content.ids.size() < contentLimits::receiptIds)
            content.ids.push_back(*id);
        return id.has_value();
    });
    return content;
}

Content readPin(ContentFields& fields)
{
    PinContent content;
    content.target = fields.reference(contentKey::target);
    content.revision = fields.revision();
    content.pinned = fields.atMost(fields.number(contentKey::status), 1) == 1;
    return content;
}

Content readTimer(ContentFields& fields)
{
    TimerContent content;
    content.revision = fields.revision();
    const auto seconds = fields.number(contentKey::expireSeconds);
    content.seconds = seconds == 0 ? 0 : clampExpiry(seconds);
    return content;
}

Content readResendRequest(ContentFields& fields)
{
    ResendRequestContent content;
    fields.eachOf(contentKey::first, [&](cbor::Reader& reader) {
        if (reader.readArray() != std::size_t{2})
            return false;
        const auto author = reader.readBytes();
        const auto id = reader.readBytes();
        const auto device = author ? DeviceId::from(*author) : std::nullopt;
        const auto message = id ? MessageId::from(*id) : std::nullopt;
        if (!device || !message)
            return false;
        if (content.items.size() < contentLimits::resendIds)
            content.items.push_back({*device, *message});
        return true;
    });
    return content;
}

crypto::Result<Content> readForwarded(ContentFields& fields)
{
    // Exactly one of key and content: with both, two readers could see two different texts.
    if (fields.has(contentKey::fourth) == fields.has(contentKey::second))
        return Failure{CryptoError::Malformed};
    ForwardedContent content;
    content.aad = fields.bytes(contentKey::first);
    content.bodyHash = fields.fixed<Hash32>(contentKey::third);
    if (fields.has(contentKey::second)) {
        content.payload = fields.bytes(contentKey::second);
    } else {
        auto key = fields.secret<BodyKey>(contentKey::fourth);
        if (!key)
            return Failure{CryptoError::Malformed};
        content.payload = std::move(*key);
    }
    return Content{std::move(content)};
}

crypto::Result<Content> readRootUpdate(ContentFields& fields)
{
    RootUpdateContent content;
    const auto generation = fields.atMost(fields.number(contentKey::first), UINT32_MAX);
    content.generation = static_cast<std::uint32_t>(generation);
    if (fields.has(contentKey::second))
        content.accountSeed = fields.secret<crypto::AccountSeed>(contentKey::second);
    if (fields.has(contentKey::third)) {
        cbor::Reader reader(fields.item(contentKey::third));
        const bool isPair = reader.readArray() == std::size_t{2};
        const auto key = reader.readBytes();
        const auto certificate = reader.readBytes();
        const auto archiveKey = key ? BoxPublicKey::from(*key) : std::nullopt;
        const auto signature = certificate ? Signature::from(*certificate) : std::nullopt;
        if (!isPair || !archiveKey || !signature)
            return Failure{CryptoError::Malformed};
        content.archive = ArchiveKeyOffer{*archiveKey, *signature};
    }
    if (fields.has(contentKey::fourth))
        content.passwordSlot = fields.bytes(contentKey::fourth);
    if (generation == 0 ||
        (content.passwordSlot && content.passwordSlot->size() != contentLimits::rootSlot))
        return Failure{CryptoError::Malformed};
    return Content{std::move(content)};
}

crypto::Result<Content> readOwnSync(ContentFields& fields)
{
    const auto subtype = fields.number(contentKey::first);
    if (fields.failed() || !fields.has(contentKey::second))
        return Failure{CryptoError::Malformed};
    IMPULSE_TRY(auto sync, parseOwnSync(subtype, fields.item(contentKey::second)));
    return Content{std::move(sync)};
}

crypto::Result<Content> readProfileKey(ContentFields& fields)
{
    auto key = fields.secret<ProfileKey>(contentKey::profileKey);
    if (!key)
        return Failure{CryptoError::Malformed};
    return Content{ProfileKeyContent{std::move(*key)}};
}

crypto::Result<Content> readFields(std::uint64_t type, ContentFields& fields)
{
    switch (static_cast<ContentType>(type)) {
    case ContentType::Text:
        return readText(fields);
    case ContentType::Edit:
        return readEdit(fields);
    case ContentType::Delete:
        return Content{DeleteContent{fields.reference(contentKey::target)}};
    case ContentType::Reaction: {
        const auto target = fields.reference(contentKey::target);
        auto emoji = cutText(fields.text(contentKey::emoji), contentLimits::emoji);
        return Content{ReactionContent{target, std::move(emoji)}};
    }
    case ContentType::Receipt:
        return readReceipt(fields);
    case ContentType::Typing:
        return Content{TypingContent{fields.atMost(fields.number(contentKey::status), 1) == 1}};
    case ContentType::NewProfileKey:
        return readProfileKey(fields);
    case ContentType::Pin:
        return readPin(fields);
    case ContentType::Timer:
        return readTimer(fields);
    case ContentType::ResendRequest:
        return readResendRequest(fields);
    case ContentType::SessionRefresh:
        return Content{SessionRefreshContent{}};
    case ContentType::OwnSync:
        return readOwnSync(fields);
    case ContentType::Forwarded:
        return readForwarded(fields);
    case ContentType::RootUpdate:
        return readRootUpdate(fields);
    case ContentType::SenderKey:
    case ContentType::History:
        break;
    }
    return Content{OtherContent{type}};
}

} // namespace

std::string cutText(std::string text, std::size_t max)
{
    if (text.size() <= max)
        return text;
    auto end = max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    text.resize(end);
    return text;
}

crypto::Result<ContentHeader> decodeHeader(EventKind kind, View content)
{
    if (!cbor::isWellFormed(content))
        return Failure{CryptoError::Malformed};
    cbor::Reader reader(content);
    const auto count = reader.readMap();
    if (!count || *count == 0)
        return Failure{CryptoError::Malformed};
    ContentHeader header;
    for (std::size_t i = 0; i < *count; ++i) {
        const auto key = reader.readUnsigned();
        if (!key || (i == 0 && *key != contentKey::type))
            return Failure{CryptoError::Malformed};
        header.keys.push_back(*key);
        if (i == 0)
            header.type = reader.readUnsigned().value_or(0);
        else
            reader.skip();
        if (reader.failed())
            return Failure{CryptoError::Malformed};
    }
    if ((kindsOf(header.type) & bitOf(kind)) == 0)
        return Failure{CryptoError::Malformed};
    return header;
}

crypto::Result<Content> parseContent(EventKind kind, View content)
{
    IMPULSE_TRY(const auto header, decodeHeader(kind, content));
    ContentFields fields(content);
    auto parsed = readFields(header.type, fields);
    if (fields.failed())
        return Failure{CryptoError::Malformed};
    return parsed;
}

} // namespace impulse::e2ee
