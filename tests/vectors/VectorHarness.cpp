#include "tests/vectors/VectorHarness.h"

#include <QJsonDocument>

namespace impulse::vectors {
namespace {

std::map<std::pair<std::string, std::string>, Handler>& handlers()
{
    static std::map<std::pair<std::string, std::string>, Handler> all;
    return all;
}

/// A field that a case lacks is an error of the file or of the handler, not of the operation.
QJsonValue field(const QJsonObject& object, const char* name)
{
    const auto found = object.constFind(QLatin1String(name));
    if (found == object.constEnd())
        throw Mismatch(std::string("the input has no field ") + name);
    return *found;
}

Bytes hexBytes(const QJsonValue& value)
{
    auto result = fromHex(value.toString().toStdString());
    if (!value.isString() || !result)
        throw Mismatch("a byte string is not hexadecimal");
    return std::move(*result);
}

std::string compact(const QJsonValue& value)
{
    return QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact).toStdString();
}

} // namespace

bool In::has(const char* name) const
{
    return m_object.contains(QLatin1String(name));
}

bool In::isNull(const char* name) const
{
    return !has(name) || field(m_object, name).isNull();
}

Bytes In::bytes(const char* name) const
{
    return hexBytes(field(m_object, name));
}

std::string In::text(const char* name) const
{
    return field(m_object, name).toString().toStdString();
}

std::uint64_t In::number(const char* name) const
{
    const auto value = field(m_object, name);
    const auto integer = value.toInteger(-1);
    if (integer < 0)
        throw Mismatch(std::string("not an unsigned integer: ") + name);
    return static_cast<std::uint64_t>(integer);
}

bool In::flag(const char* name) const
{
    return has(name) && field(m_object, name).toBool();
}

In In::object(const char* name) const
{
    return In(field(m_object, name).toObject());
}

std::vector<In> In::objects(const char* name) const
{
    std::vector<In> result;
    for (const auto& item : field(m_object, name).toArray())
        result.emplace_back(item.toObject());
    return result;
}

std::vector<Bytes> In::list(const char* name) const
{
    std::vector<Bytes> result;
    for (const auto& item : field(m_object, name).toArray())
        result.push_back(hexBytes(item));
    return result;
}

test::ScriptedRng& In::rng() const
{
    if (!m_rng) {
        std::deque<Bytes> draws;
        if (has("rng"))
            for (auto& draw : list("rng"))
                draws.push_back(std::move(draw));
        m_rng = std::make_shared<test::ScriptedRng>(std::move(draws));
    }
    return *m_rng;
}

Out& Out::bytes(const char* name, View value)
{
    return json(name, hexValue(value));
}

Out& Out::text(const char* name, std::string_view value)
{
    return json(name, QString::fromUtf8(value.data(), static_cast<qsizetype>(value.size())));
}

Out& Out::number(const char* name, std::uint64_t value)
{
    return json(name, static_cast<qint64>(value));
}

Out& Out::flag(const char* name, bool value)
{
    return json(name, value);
}

Out& Out::json(const char* name, const QJsonValue& value)
{
    m_object.insert(QLatin1String(name), value);
    return *this;
}

QJsonValue hexValue(View bytes)
{
    return QString::fromStdString(toHex(bytes));
}

Topic::Topic(const char* name, std::initializer_list<std::pair<const char*, Handler>> operations)
{
    for (const auto& [operation, handler] : operations)
        handlers()[{name, operation}] = handler;
}

const Handler* findHandler(const std::string& topic, const std::string& operation)
{
    const auto found = handlers().find({topic, operation});
    return found == handlers().end() ? nullptr : &found->second;
}

std::string difference(const QJsonObject& expected, const QJsonObject& actual)
{
    for (auto it = expected.begin(); it != expected.end(); ++it)
        if (actual.value(it.key()) != it.value())
            return it.key().toStdString() + ": expected " + compact(it.value()) + ", got " +
                   compact(actual.value(it.key()));
    return {};
}

} // namespace impulse::vectors
