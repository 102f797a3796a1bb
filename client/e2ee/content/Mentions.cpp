#include "client/e2ee/content/Mentions.h"

namespace impulse::e2ee {
namespace {

bool isBoundary(std::string_view text, std::uint64_t position)
{
    if (position >= text.size())
        return position == text.size();
    return (static_cast<unsigned char>(text[static_cast<std::size_t>(position)]) & 0xc0) != 0x80;
}

std::optional<Mention> readMention(cbor::Reader& reader)
{
    if (reader.readArray() != std::size_t{3})
        return std::nullopt;
    const auto user = reader.readBytes();
    const auto offset = reader.readUnsigned();
    const auto length = reader.readUnsigned();
    if (!user || !offset || !length)
        return std::nullopt;
    const auto id = UserId::from(*user);
    if (!id)
        return std::nullopt;
    return Mention{*id, *offset, *length};
}

} // namespace

bool mentionsFit(const std::vector<Mention>& mentions, std::string_view text)
{
    if (mentions.size() > maxMentions)
        return false;
    std::uint64_t end = 0;
    for (const auto& mention : mentions) {
        if (mention.offset < end || mention.length == 0 || mention.offset > text.size() ||
            mention.length > text.size() - mention.offset)
            return false;
        end = mention.offset + mention.length;
        if (!isBoundary(text, mention.offset) || !isBoundary(text, end))
            return false;
    }
    return true;
}

std::vector<Mention> parseMentions(View item, std::string_view text)
{
    cbor::Reader reader(item);
    const auto count = reader.readArray(maxMentions);
    if (!count)
        return {};
    std::vector<Mention> mentions;
    for (std::size_t i = 0; i < *count; ++i) {
        const auto mention = readMention(reader);
        if (!mention)
            return {};
        mentions.push_back(*mention);
    }
    if (!reader.atEnd() || !mentionsFit(mentions, text))
        return {};
    return mentions;
}

void writeMentions(cbor::Writer& writer, const std::vector<Mention>& mentions)
{
    writer.writeArray(mentions.size());
    for (const auto& mention : mentions) {
        writer.writeArray(3);
        writer.writeBytes(mention.user);
        writer.writeUnsigned(mention.offset);
        writer.writeUnsigned(mention.length);
    }
}

} // namespace impulse::e2ee
