#include "server/app/ConfigValue.h"

#include <array>
#include <utility>

namespace impulse::server {

namespace {

using Kind = ConfigType::Kind;
using Unit = std::pair<const char*, std::uint64_t>;

constexpr std::uint64_t secondMs = 1000;
constexpr std::uint64_t dayMs = 86'400 * secondMs;
constexpr std::array<Unit, 4> byteUnits{
    {{"G", 1U << 30}, {"M", 1U << 20}, {"K", 1U << 10}, {"", 1}}};
/// The longest names first: "ms" ends with "s".
constexpr std::array<Unit, 5> timeUnits{
    {{"ms", 1}, {"s", secondMs}, {"m", 60 * secondMs}, {"h", 3600 * secondMs}, {"d", dayMs}}};
constexpr std::uint64_t longestWindowMs = 366 * dayMs;

template <std::size_t N>
bool readUnits(const QString& text, const std::array<Unit, N>& units, std::uint64_t& result)
{
    for (const auto& [suffix, factor] : units) {
        const auto name = QLatin1String(suffix);
        if (!text.endsWith(name))
            continue;
        const auto digits = text.chopped(name.size());
        bool good = false;
        const auto count = digits.toULongLong(&good);
        if (!good || !digits.front().isDigit() || count > UINT64_MAX / factor)
            return false;
        result = count * factor;
        return true;
    }
    return false;
}

QString withUnit(std::uint64_t bytes)
{
    for (const auto& [suffix, factor] : byteUnits) {
        if (bytes >= factor && bytes % factor == 0)
            return QString::number(bytes / factor) + QLatin1String(suffix);
    }
    return QString::number(bytes);
}

QString withTimeUnit(std::uint64_t ms)
{
    QString best = QStringLiteral("0s");
    for (const auto& [suffix, factor] : timeUnits) {
        if (ms >= factor && ms % factor == 0)
            best = QString::number(ms / factor) + QLatin1String(suffix);
    }
    return best;
}

bool readCount(const QString& text, Kind kind, std::uint64_t& result)
{
    if (kind == Kind::Bytes || kind == Kind::ByteRate)
        return readUnits(text, byteUnits, result);
    return readUnits(text, std::array<Unit, 1>{{{"", 1}}}, result);
}

bool readRate(const ConfigType& type, const QString& text, LimitRule& rule)
{
    const auto slash = text.indexOf(QLatin1Char('/'));
    return slash > 0 && readCount(text.left(slash).trimmed(), type.kind, rule.most) &&
           rule.most >= type.least && rule.most <= type.most &&
           readUnits(text.mid(slash + 1).trimmed(), timeUnits, rule.windowMs) &&
           rule.windowMs >= secondMs && rule.windowMs <= longestWindowMs;
}

} // namespace

QStringList ConfigType::wordList() const
{
    return QString::fromLatin1(kind == Kind::Switch ? "off|on" : words).split(QLatin1Char('|'));
}

QString ConfigType::description() const
{
    switch (kind) {
    case Kind::Text:
        return QStringLiteral("text");
    case Kind::Number:
        return QStringLiteral("a number from %1 to %2").arg(least).arg(most);
    case Kind::Bytes:
        return QStringLiteral("bytes from %1 to %2 (K, M, G)").arg(withUnit(least), withUnit(most));
    case Kind::Duration:
        return QStringLiteral("a time from %1 to %2 (ms, s, m, h, d)")
            .arg(withTimeUnit(least), withTimeUnit(most));
    case Kind::Switch:
        return QStringLiteral("on or off");
    case Kind::Choice: {
        auto list = wordList();
        const auto last = list.takeLast();
        return list.join(QStringLiteral(", ")) + QStringLiteral(" or ") + last;
    }
    case Kind::Rate:
        return QStringLiteral("COUNT/TIME, a count from %1 to %2 in 1s to 366d (s, m, h, d)")
            .arg(least)
            .arg(most);
    case Kind::ByteRate:
        return QStringLiteral("BYTES/TIME, %1 to %2 (K, M, G) in 1s to 366d (s, m, h, d)")
            .arg(withUnit(least), withUnit(most));
    }
    return {};
}

bool readValue(const ConfigType& type, const QString& text, ConfigValue& value)
{
    value.text = text;
    const auto isWithin = [&] { return value.number >= type.least && value.number <= type.most; };
    switch (type.kind) {
    case Kind::Text:
        return true;
    case Kind::Number:
    case Kind::Bytes:
        return readCount(text, type.kind, value.number) && isWithin();
    case Kind::Duration:
        return readUnits(text, timeUnits, value.number) && isWithin();
    case Kind::Switch:
    case Kind::Choice: {
        const auto place = type.wordList().indexOf(text);
        value.number = static_cast<std::uint64_t>(place);
        return place >= 0;
    }
    case Kind::Rate:
    case Kind::ByteRate:
        return readRate(type, text, value.rule);
    }
    return false;
}

} // namespace impulse::server
