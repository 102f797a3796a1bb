#include "client/e2ee/Base64Url.h"

namespace impulse::e2ee {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

} // namespace

std::string toBase64Url(View bytes)
{
    std::string text;
    std::uint32_t bits = 0;
    int count = 0;
    for (const auto byte : bytes) {
        bits = bits << 8 | byte;
        for (count += 8; count >= 6; count -= 6)
            text.push_back(alphabet[bits >> (count - 6) & 63]);
    }
    if (count > 0)
        text.push_back(alphabet[bits << (6 - count) & 63]);
    return text;
}

std::optional<Bytes> fromBase64Url(std::string_view text)
{
    Bytes bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos)
            return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes.push_back(static_cast<std::uint8_t>(bits >> count));
        }
    }
    if (count >= 6 || (bits & ((1u << count) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

} // namespace impulse::e2ee
