#pragma once

#include "client/e2ee/content/Content.h"
#include "client/e2ee/content/ContentKeys.h"
#include "common/core/Cbor.h"
#include "common/core/Limits.h"

#include <map>

namespace impulse::e2ee {

/// The top-level map of a content that decodeHeader has found well-formed. A field of the wrong
/// type or length makes the whole content malformed, needed or not.
class ContentFields {
public:
    explicit ContentFields(View content)
    {
        cbor::Reader reader(content);
        const auto count = reader.readMap().value_or(0);
        for (std::size_t i = 0; i < count; ++i) {
            const auto key = reader.readUnsigned();
            const auto value = reader.skip();
            if (key && value)
                m_values.emplace(*key, *value);
        }
    }

    bool failed() const { return m_failed; }
    bool has(std::uint64_t key) const { return m_values.contains(key); }
    View item(std::uint64_t key) const
    {
        const auto found = m_values.find(key);
        return found == m_values.end() ? View{} : found->second;
    }

    std::uint64_t number(std::uint64_t key)
    {
        cbor::Reader reader(item(key));
        return need(reader.readUnsigned());
    }

    std::uint64_t revision() { return atMost(number(contentKey::revision), limits::maxInteger); }

    std::string text(std::uint64_t key)
    {
        cbor::Reader reader(item(key));
        return std::string(need(reader.readText()));
    }

    Bytes bytes(std::uint64_t key)
    {
        cbor::Reader reader(item(key));
        return toBytes(need(reader.readBytes()));
    }

    template <class T> T fixed(std::uint64_t key)
    {
        cbor::Reader reader(item(key));
        const auto read = reader.readBytes();
        return need(read ? T::from(*read) : std::nullopt);
    }

    Reference reference(std::uint64_t key)
    {
        cbor::Reader reader(item(key));
        if (reader.readArray() != std::size_t{2})
            m_failed = true;
        const auto id = reader.readBytes();
        const auto hash = reader.readBytes();
        return {need(id ? MessageId::from(*id) : std::nullopt),
                need(hash ? Hash32::from(*hash) : std::nullopt)};
    }

    std::optional<Reference> optionalReference(std::uint64_t key)
    {
        return has(key) ? std::optional(reference(key)) : std::nullopt;
    }

    template <class T> std::optional<T> secret(std::uint64_t key)
    {
        cbor::Reader reader(item(key));
        const auto read = reader.readBytes();
        auto secret = read ? T::from(*read) : std::nullopt;
        m_failed = m_failed || !secret;
        return secret;
    }

    std::vector<Bytes> attachments()
    {
        if (!has(contentKey::attachments))
            return {};
        std::vector<Bytes> result;
        eachOf(contentKey::attachments, [&](cbor::Reader& reader) {
            if (reader.peek() != cbor::Type::Map)
                return false;
            const auto attachment = reader.skip();
            if (attachment && result.size() < contentLimits::attachments)
                result.push_back(toBytes(*attachment));
            return attachment.has_value();
        });
        return result;
    }

    /// Calls `read` once for each entry of an array; false from it means malformed.
    template <class Read> void eachOf(std::uint64_t key, Read read)
    {
        cbor::Reader reader(item(key));
        const auto count = reader.readArray();
        if (!count) {
            m_failed = true;
            return;
        }
        for (std::size_t i = 0; i < *count && !m_failed; ++i)
            m_failed = !read(reader);
    }

    std::uint64_t atMost(std::uint64_t value, std::uint64_t max)
    {
        m_failed = m_failed || value > max;
        return value;
    }

private:
    template <class T> T need(std::optional<T> value)
    {
        m_failed = m_failed || !value;
        return value.value_or(T{});
    }

    std::map<std::uint64_t, View> m_values;
    bool m_failed = false;
};

} // namespace impulse::e2ee
