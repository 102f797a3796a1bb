#include "client/e2ee/content/Content.h"
#include "tests/vectors/VectorHarness.h"

using namespace impulse;
using namespace impulse::e2ee;
using namespace impulse::vectors;

namespace {

double json(std::uint64_t value)
{
    return static_cast<double>(value);
}

Out runDecode(const In& in)
{
    const auto kind = static_cast<crypto::EventKind>(in.number("kind"));
    const auto header = unwrap(decodeHeader(kind, in.bytes("content")));
    QJsonArray keys;
    for (const auto key : header.keys)
        keys.append(json(key));
    return Out().number("type", header.type).json("keys", keys);
}

Out runMentions(const In& in)
{
    const auto content = unwrap(parseContent(crypto::EventKind::Direct, in.bytes("content")));
    const auto* text = std::get_if<TextContent>(&content);
    if (!text)
        throw Mismatch("not a text");
    QJsonArray mentions;
    for (const auto& mention : text->mentions) {
        mentions.append(
            QJsonArray{hexValue(mention.user), json(mention.offset), json(mention.length)});
    }
    return Out().json("mentions", mentions);
}

Out runValue(const In& in)
{
    const auto content = unwrap(parseContent(crypto::EventKind::Control, in.bytes("content")));
    const auto* sync = std::get_if<OwnSyncContent>(&content);
    const auto* value = sync ? std::get_if<ValueSync>(sync) : nullptr;
    if (!value)
        throw Mismatch("not a value");
    std::optional<ValueVersion> stored;
    if (!in.isNull("stored")) {
        const auto row = in.object("stored");
        stored = ValueVersion{row.number("rev"), row.value<DeviceId>("device_id")};
    }
    const auto version = value->versionFrom(in.value<DeviceId>("sender_device"));
    return Out()
        .number("subtype", value->subtype)
        .bytes("key", value->key)
        .number("rev", value->revision)
        .flag("set", value->value.has_value())
        .flag("wins", wins(version, stored));
}

const Topic topic("content",
                  {{"decode", runDecode}, {"mentions", runMentions}, {"value", runValue}});

} // namespace
