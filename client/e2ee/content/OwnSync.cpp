#include "client/e2ee/content/OwnSync.h"

#include <algorithm>

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;

constexpr std::uint64_t subtypeIdentity = 1;
constexpr std::uint64_t subtypeContact = 3;
constexpr std::uint64_t subtypeReadUpTo = 4;
constexpr std::uint64_t subtypeHistoryWanted = 5;

constexpr std::uint64_t keyValueKey = 1;
constexpr std::uint64_t keyValue = 2;
constexpr std::uint64_t keyRevision = 3;

/// How deep a value may nest: content map, key 33's map, then the item.
constexpr int valueDepth = cbor::maxDepth - 2;

template <class Id> std::optional<Id> readFixed(cbor::Reader& reader)
{
    const auto bytes = reader.readBytes();
    return bytes ? Id::from(*bytes) : std::nullopt;
}

std::optional<OwnSyncContent> readIdentity(cbor::Reader& reader)
{
    if (reader.readArray() != std::size_t{5})
        return std::nullopt;
    const auto user = readFixed<UserId>(reader);
    const auto key = readFixed<SignPublicKey>(reader);
    const auto generation = reader.readUnsigned();
    const auto version = reader.readUnsigned();
    const auto verified = reader.readBoolean();
    if (!user || !key || !generation || !version || !verified)
        return std::nullopt;
    return IdentitySync{*user, *key, *generation, *version, *verified};
}

std::optional<OwnSyncContent> readContact(cbor::Reader& reader)
{
    if (reader.readArray() != std::size_t{3})
        return std::nullopt;
    const auto user = readFixed<UserId>(reader);
    const auto accepted = reader.readBoolean();
    const auto blocked = reader.readBoolean();
    if (!user || !accepted || !blocked)
        return std::nullopt;
    return ContactSync{*user, *accepted, *blocked};
}

std::optional<OwnSyncContent> readReadUpTo(cbor::Reader& reader)
{
    if (reader.readArray() != std::size_t{2})
        return std::nullopt;
    const auto conversation = readFixed<ConversationId>(reader);
    const auto number = reader.readUnsigned();
    if (!conversation || !number)
        return std::nullopt;
    return ReadUpToSync{*conversation, *number};
}

std::optional<OwnSyncContent> readHistoryWanted(cbor::Reader& reader)
{
    if (!reader.readArray())
        return std::nullopt;
    return HistoryWantedSync{};
}

std::optional<OwnSyncContent> readValue(cbor::Reader& reader, std::uint64_t subtype)
{
    const auto count = reader.readMap();
    if (!count)
        return std::nullopt;
    ValueSync value;
    value.subtype = subtype;
    cbor::KeyOrder order;
    for (std::size_t i = 0; i < *count; ++i) {
        const auto key = order.next(reader);
        if (key == keyValueKey) {
            if (const auto bytes = reader.readBytes(maxValueKey))
                value.key = toBytes(*bytes);
        } else if (key == keyRevision) {
            value.revision = reader.readUnsigned().value_or(0);
        } else if (key) {
            const auto item = reader.skip(valueDepth);
            if (item && *key == keyValue)
                value.value = toBytes(*item);
        }
        if (reader.failed())
            return std::nullopt;
    }
    if (value.key.empty() || value.revision == 0 || value.revision > limits::maxInteger)
        return std::nullopt;
    return value;
}

std::optional<OwnSyncContent> readData(cbor::Reader& reader, std::uint64_t subtype)
{
    switch (subtype) {
    case subtypeIdentity:
        return readIdentity(reader);
    case subtypeContact:
        return readContact(reader);
    case subtypeReadUpTo:
        return readReadUpTo(reader);
    case subtypeHistoryWanted:
        return readHistoryWanted(reader);
    default:
        return readValue(reader, subtype);
    }
}

bool isIgnored(std::uint64_t subtype)
{
    return subtype < valueSubtype::first && subtype != subtypeIdentity &&
           subtype != subtypeContact && subtype != subtypeReadUpTo &&
           subtype != subtypeHistoryWanted;
}

crypto::Result<OwnSyncFields> writeValue(const ValueSync& value)
{
    if (value.subtype < valueSubtype::first || value.key.empty() ||
        value.key.size() > maxValueKey || value.revision == 0 ||
        value.revision > limits::maxInteger || (value.value && !cbor::isWellFormed(*value.value)))
        return Failure{CryptoError::Malformed};
    cbor::Writer writer;
    writer.writeMap(value.value ? 3 : 2);
    writer.writeUnsigned(keyValueKey);
    writer.writeBytes(value.key);
    if (value.value) {
        writer.writeUnsigned(keyValue);
        writer.writeItem(*value.value);
    }
    writer.writeUnsigned(keyRevision);
    writer.writeUnsigned(value.revision);
    return OwnSyncFields{value.subtype, writer.take()};
}

/// Writes the data of every subtype below 16.
struct FieldWriter {
    cbor::Writer& writer;

    std::uint64_t operator()(const IdentitySync& identity) const
    {
        writer.writeArray(5);
        writer.writeBytes(identity.user);
        writer.writeBytes(identity.identityKey);
        writer.writeUnsigned(identity.generation);
        writer.writeUnsigned(identity.version);
        writer.writeBoolean(identity.verified);
        return subtypeIdentity;
    }
    std::uint64_t operator()(const ContactSync& contact) const
    {
        writer.writeArray(3);
        writer.writeBytes(contact.user);
        writer.writeBoolean(contact.accepted);
        writer.writeBoolean(contact.blocked);
        return subtypeContact;
    }
    std::uint64_t operator()(const ReadUpToSync& read) const
    {
        writer.writeArray(2);
        writer.writeBytes(read.conversation);
        writer.writeUnsigned(read.number);
        return subtypeReadUpTo;
    }
    std::uint64_t operator()(const HistoryWantedSync&) const
    {
        writer.writeArray(0);
        return subtypeHistoryWanted;
    }
    std::uint64_t operator()(const ValueSync&) const { return 0; }
    std::uint64_t operator()(const OtherSync&) const { return 0; }
};

} // namespace

bool wins(const ValueVersion& candidate, const std::optional<ValueVersion>& stored)
{
    return !stored || candidate > *stored;
}

std::uint64_t nextRevision(std::uint64_t nowMs, std::uint64_t known)
{
    return std::max(nowMs, known + 1);
}

crypto::Result<OwnSyncContent> parseOwnSync(std::uint64_t subtype, View data)
{
    if (isIgnored(subtype))
        return OwnSyncContent{OtherSync{subtype}};
    cbor::Reader reader(data);
    auto content = readData(reader, subtype);
    if (!content || !reader.atEnd())
        return Failure{CryptoError::Malformed};
    return std::move(*content);
}

crypto::Result<OwnSyncFields> writeOwnSync(const OwnSyncContent& sync)
{
    if (const auto* value = std::get_if<ValueSync>(&sync))
        return writeValue(*value);
    cbor::Writer writer;
    const auto subtype = std::visit(FieldWriter{writer}, sync);
    if (subtype == 0)
        return Failure{CryptoError::Internal};
    return OwnSyncFields{subtype, writer.take()};
}

} // namespace impulse::e2ee
