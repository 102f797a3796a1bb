#include "common/core/Cbor.h"

#include <array>

namespace impulse::cbor {
namespace {

constexpr int majorUnsigned = 0;
constexpr int majorBytes = 2;
constexpr int majorText = 3;
constexpr int majorArray = 4;
constexpr int majorMap = 5;
constexpr int majorSimple = 7;
constexpr std::uint8_t simpleFalse = 0xf4;
constexpr std::uint8_t simpleTrue = 0xf5;

} // namespace

bool isUtf8(std::string_view text)
{
    const auto bytes = view(text);
    for (std::size_t i = 0; i < bytes.size();) {
        const auto first = bytes[i];
        if (first < 0x80) {
            ++i;
            continue;
        }
        const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (first < 0xc2 || first > 0xf4 || bytes.size() - i < length)
            return false;
        std::uint32_t point = first & (0x7f >> length);
        for (std::size_t k = 1; k < length; ++k) {
            if ((bytes[i + k] & 0xc0) != 0x80)
                return false;
            point = point << 6 | (bytes[i + k] & 0x3f);
        }
        const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
        if (overlong || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
            return false;
        i += length;
    }
    return true;
}

bool isWellFormed(View bytes)
{
    Reader reader(bytes);
    return reader.skip() && reader.atEnd();
}

std::optional<Type> Reader::peek()
{
    if (m_failed || m_rest.empty()) {
        fail();
        return std::nullopt;
    }
    switch (m_rest[0] >> 5) {
    case majorUnsigned:
        return Type::Unsigned;
    case majorBytes:
        return Type::Bytes;
    case majorText:
        return Type::Text;
    case majorArray:
        return Type::Array;
    case majorMap:
        return Type::Map;
    case majorSimple:
        if (m_rest[0] == simpleFalse || m_rest[0] == simpleTrue)
            return Type::Boolean;
        break;
    default:
        break;
    }
    fail();
    return std::nullopt;
}

std::optional<Reader::Head> Reader::readHead()
{
    if (m_failed || m_rest.empty()) {
        fail();
        return std::nullopt;
    }
    const int major = m_rest[0] >> 5;
    const int info = m_rest[0] & 31;
    m_rest = m_rest.subspan(1);
    if (info < 24)
        return Head{major, static_cast<std::uint64_t>(info)};
    if (info > 27) { // 28-30 are reserved, 31 is an indefinite length
        fail();
        return std::nullopt;
    }
    const std::size_t size = std::size_t{1} << (info - 24);
    if (m_rest.size() < size) {
        fail();
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | m_rest[i];
    m_rest = m_rest.subspan(size);
    return Head{major, value};
}

std::optional<std::uint64_t> Reader::readUnsigned()
{
    const auto head = readHead();
    if (!head || head->major != majorUnsigned) {
        fail();
        return std::nullopt;
    }
    return head->value;
}

std::optional<bool> Reader::readBoolean()
{
    if (peek() != Type::Boolean) {
        fail();
        return std::nullopt;
    }
    const bool value = m_rest[0] == simpleTrue;
    m_rest = m_rest.subspan(1);
    return value;
}

std::optional<View> Reader::readString(int major, std::size_t max)
{
    const auto head = readHead();
    if (!head || head->major != major || head->value > m_rest.size() || head->value > max) {
        fail();
        return std::nullopt;
    }
    const auto result = m_rest.first(static_cast<std::size_t>(head->value));
    m_rest = m_rest.subspan(result.size());
    return result;
}

std::optional<View> Reader::readBytes(std::size_t max)
{
    return readString(majorBytes, max);
}

std::optional<std::string_view> Reader::readText(std::size_t max)
{
    const auto bytes = readString(majorText, max);
    if (!bytes || !isUtf8(text(*bytes))) {
        fail();
        return std::nullopt;
    }
    return text(*bytes);
}

std::optional<std::size_t> Reader::readCount(int major, std::size_t bytesPerItem, std::size_t max)
{
    const auto head = readHead();
    if (!head || head->major != major || head->value > max
        || head->value > m_rest.size() / bytesPerItem) {
        fail();
        return std::nullopt;
    }
    return static_cast<std::size_t>(head->value);
}

std::optional<std::size_t> Reader::readArray(std::size_t max)
{
    return readCount(majorArray, 1, max);
}

std::optional<std::size_t> Reader::readMap(std::size_t max)
{
    return readCount(majorMap, 2, max);
}

std::optional<View> Reader::skip(int depth)
{
    const auto start = m_rest;
    const auto type = peek();
    if (!type)
        return std::nullopt;
    switch (*type) {
    case Type::Unsigned:
        readUnsigned();
        break;
    case Type::Boolean:
        readBoolean();
        break;
    case Type::Bytes:
        readBytes();
        break;
    case Type::Text:
        readText();
        break;
    case Type::Array:
    case Type::Map: {
        const bool map = *type == Type::Map;
        const auto count = map ? readMap() : readArray();
        if (!count)
            break;
        if (depth == 0 && *count > 0) {
            fail();
            break;
        }
        KeyOrder keys;
        for (std::size_t i = 0; i < *count && !m_failed; ++i) {
            if (map)
                keys.next(*this);
            skip(depth - 1);
        }
        break;
    }
    }
    if (m_failed)
        return std::nullopt;
    return start.first(start.size() - m_rest.size());
}

std::optional<std::uint64_t> KeyOrder::next(Reader& reader)
{
    const auto key = reader.readUnsigned();
    if (!key || (m_last && *key <= *m_last)) {
        reader.fail();
        return std::nullopt;
    }
    m_last = key;
    return key;
}

void Writer::writeHead(int major, std::uint64_t value)
{
    // A small answer grows its buffer once.
    if (m_out.capacity() == 0)
        m_out.reserve(64);
    const auto top = static_cast<std::uint8_t>(major << 5);
    if (value < 24) {
        m_out.push_back(static_cast<std::uint8_t>(top | value));
        return;
    }
    const int extra = value <= 0xff ? 0 : value <= 0xffff ? 1 : value <= 0xffffffff ? 2 : 3;
    std::array<std::uint8_t, 9> head{static_cast<std::uint8_t>(top | (24 + extra))};
    std::size_t size = 1;
    for (int shift = (8 << extra) - 8; shift >= 0; shift -= 8)
        head[size++] = static_cast<std::uint8_t>(value >> shift);
    writeItem(View(head).first(size));
}

void Writer::writeBytes(View bytes)
{
    writeHead(majorBytes, bytes.size());
    writeItem(bytes);
}

void Writer::writeText(std::string_view text)
{
    writeHead(majorText, text.size());
    writeItem(view(text));
}

} // namespace impulse::cbor
