#pragma once

#include "common/core/Cbor.h"
#include "common/protocol/Fields.h"

#include <utility>

/// From the field list of a struct to its CBOR and back. Included by Codec.cpp only, which
/// instantiates it for every message once: it is slow to compile.
namespace impulse::protocol::detail {

template <class T> bool isPresent(const T& value)
{
    if constexpr (IsOptional<T>::value)
        return value.has_value();
    else
        return true;
}

template <Compound T> void writeStruct(cbor::Writer& writer, const T& value);

template <class T> void writeValue(cbor::Writer& writer, const T& value)
{
    if constexpr (IsOptional<T>::value) {
        writeValue(writer, *value);
    } else if constexpr (std::is_same_v<T, bool>) {
        writer.writeBoolean(value);
    } else if constexpr (std::is_enum_v<T>) {
        writer.writeUnsigned(static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
        writer.writeUnsigned(value);
    } else if constexpr (std::is_same_v<T, std::string>) {
        writer.writeText(value);
    } else if constexpr (std::is_same_v<T, Bytes>) {
        writer.writeBytes(value);
    } else if constexpr (IsFixed<T>::value) {
        writer.writeBytes(value.view());
    } else if constexpr (std::is_same_v<T, WireSecret>) {
        writer.writeBytes(value.expose());
    } else if constexpr (IsVector<T>::value) {
        writer.writeArray(value.size());
        for (const auto& item : value)
            writeValue(writer, item);
    } else {
        writeStruct(writer, value);
    }
}

template <class T> std::size_t countPresent(const T& value)
{
    return std::apply(
        [&](const auto&... field) {
            return (std::size_t{0} + ... + (isPresent(value.*field.member) ? 1 : 0));
        },
        T::fields());
}

/// The pairs of a map, without its head.
template <class T> void writePairs(cbor::Writer& writer, const T& value)
{
    const auto writePair = [&](const auto& field) {
        if (!isPresent(value.*field.member))
            return;
        writer.writeUnsigned(field.key);
        writeValue(writer, value.*field.member);
    };
    std::apply([&](const auto&... field) { (writePair(field), ...); }, T::fields());
}

template <Compound T> void writeStruct(cbor::Writer& writer, const T& value)
{
    if constexpr (PackedCompound<T>) {
        writer.writeArray(std::tuple_size_v<decltype(T::fields())>);
        std::apply([&](const auto&... field) { (writeValue(writer, value.*field.member), ...); },
                   T::fields());
    } else {
        writer.writeMap(countPresent(value));
        writePairs(writer, value);
    }
}

template <Compound T> bool readStruct(cbor::Reader& reader, T& value);

template <class T> bool readValue(cbor::Reader& reader, T& value, const Bound& bound)
{
    if constexpr (IsOptional<T>::value) {
        return readValue(reader, value.emplace(), bound);
    } else if constexpr (std::is_same_v<T, bool>) {
        const auto read = reader.readBoolean();
        return read && (value = *read, true);
    } else if constexpr (std::is_enum_v<T>) {
        const auto read = reader.readUnsigned();
        if (!read || *read > static_cast<std::uint64_t>(lastOf(T{})))
            return false;
        value = static_cast<T>(*read);
        return true;
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
        const auto read = reader.readUnsigned();
        return read && *read <= limits::maxInteger && (value = *read, true);
    } else if constexpr (std::is_same_v<T, std::string>) {
        const auto read = reader.readText(bound.size);
        return read && (value.assign(*read), true);
    } else if constexpr (std::is_same_v<T, Bytes>) {
        const auto read = reader.readBytes(bound.size);
        return read && (value.assign(read->begin(), read->end()), true);
    } else if constexpr (IsFixed<T>::value) {
        const auto read = reader.readBytes(T::size());
        const auto fixed = read ? T::from(*read) : std::nullopt;
        return fixed && (value = *fixed, true);
    } else if constexpr (std::is_same_v<T, WireSecret>) {
        const auto read = reader.readBytes(T::size());
        return read && read->size() == T::size() && (value = WireSecret(*read), true);
    } else if constexpr (IsVector<T>::value) {
        const auto count = reader.readArray(bound.items);
        if (!count)
            return false;
        value.clear();
        for (std::size_t i = 0; i < *count; ++i) {
            if (!readValue(reader, value.emplace_back(), bound))
                return false;
        }
        return true;
    } else {
        return readStruct(reader, value);
    }
}

/// Reads the rest of a map of `pairs` pairs whose keys continue `order`.
template <class T>
bool readPairs(cbor::Reader& reader, T& value, std::size_t pairs, cbor::KeyOrder& order)
{
    constexpr auto fieldCount = std::tuple_size_v<decltype(T::fields())>;
    bool seen[fieldCount + 1] = {};
    for (std::size_t i = 0; i < pairs; ++i) {
        const auto key = order.next(reader);
        if (!key)
            return false;
        bool known = false;
        bool good = true;
        std::size_t index = 0;
        const auto tryField = [&](const auto& field) {
            if (field.key == *key) {
                known = seen[index] = true;
                good = readValue(reader, value.*field.member, field.bound);
            }
            ++index;
        };
        std::apply([&](const auto&... field) { (tryField(field), ...); }, T::fields());
        if (!good || (!known && !reader.skip()))
            return false;
    }
    std::size_t index = 0;
    bool complete = true;
    const auto check = [&](const auto& field) {
        using Member = std::remove_cvref_t<decltype(value.*field.member)>;
        complete = complete && (IsOptional<Member>::value || seen[index]);
        ++index;
    };
    std::apply([&](const auto&... field) { (check(field), ...); }, T::fields());
    return complete;
}

template <Compound T> bool readStruct(cbor::Reader& reader, T& value)
{
    if constexpr (PackedCompound<T>) {
        if (reader.readArray() != std::tuple_size_v<decltype(T::fields())>)
            return false;
        return std::apply(
            [&](const auto&... field) {
                return (readValue(reader, value.*field.member, field.bound) && ...);
            },
            T::fields());
    } else {
        const auto pairs = reader.readMap();
        cbor::KeyOrder order;
        return pairs && readPairs(reader, value, *pairs, order);
    }
}

} // namespace impulse::protocol::detail
