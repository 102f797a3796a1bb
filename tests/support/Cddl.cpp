#include "tests/support/Cddl.h"

#include "common/core/Cbor.h"

#include <cctype>
#include <regex>
#include <sstream>
#include <vector>

namespace impulse::test {

struct Cddl::Type {
    enum class Kind { Choice, Map, Array, Bytes, Text, Bool, Any, Range, Rule };
    struct Entry {
        bool optional = false;
        std::uint64_t key = 0;
        std::unique_ptr<Type> type;
    };

    Kind kind = Kind::Any;
    std::uint64_t low = 0;
    std::uint64_t high = UINT64_MAX;
    std::string rule;
    bool wildcard = false;
    /// Map and array: entries in order. Choice: alternatives. Array with a count: one entry.
    std::vector<Entry> entries;
    bool repeated = false;

    using Types = std::map<std::string, std::unique_ptr<Type>>;
    bool fits(cbor::Reader& reader, const Types& types) const;

private:
    bool fitsMap(cbor::Reader& reader, const Types& types) const;
    bool fitsArray(cbor::Reader& reader, const Types& types) const;
};

namespace {

using Type = Cddl::Type;

class Parser {
public:
    explicit Parser(std::string_view text) : m_rest(text) {}

    std::unique_ptr<Type> parseAll()
    {
        auto type = parseType();
        skipSpace();
        return m_rest.empty() && !m_failed ? std::move(type) : nullptr;
    }

private:
    void skipSpace()
    {
        while (!m_rest.empty() && std::isspace(static_cast<unsigned char>(m_rest[0])))
            m_rest.remove_prefix(1);
    }
    bool accept(std::string_view token)
    {
        skipSpace();
        if (!m_rest.starts_with(token))
            return false;
        m_rest.remove_prefix(token.size());
        return true;
    }
    void expect(std::string_view token) { m_failed |= !accept(token); }
    bool atDigit()
    {
        skipSpace();
        return !m_rest.empty() && std::isdigit(static_cast<unsigned char>(m_rest[0]));
    }
    std::uint64_t number()
    {
        std::uint64_t value = 0;
        m_failed |= !atDigit();
        while (!m_rest.empty() && std::isdigit(static_cast<unsigned char>(m_rest[0]))) {
            value = value * 10 + static_cast<std::uint64_t>(m_rest[0] - '0');
            m_rest.remove_prefix(1);
        }
        return value;
    }
    std::string word()
    {
        skipSpace();
        std::string result;
        while (!m_rest.empty()
               && (std::isalnum(static_cast<unsigned char>(m_rest[0])) || m_rest[0] == '-')) {
            result += m_rest[0];
            m_rest.remove_prefix(1);
        }
        m_failed |= result.empty();
        return result;
    }

    std::unique_ptr<Type> parseType()
    {
        auto first = parseSingle();
        if (!accept("/"))
            return first;
        auto choice = std::make_unique<Type>();
        choice->kind = Type::Kind::Choice;
        choice->entries.push_back({false, 0, std::move(first)});
        do
            choice->entries.push_back({false, 0, parseSingle()});
        while (accept("/"));
        return choice;
    }

    std::unique_ptr<Type> parseSingle()
    {
        auto type = std::make_unique<Type>();
        if (accept("{"))
            parseMap(*type);
        else if (accept("["))
            parseArray(*type);
        else if (atDigit())
            parseRange(*type);
        else
            parseWord(*type);
        return type;
    }

    void parseRange(Type& type)
    {
        type.kind = Type::Kind::Range;
        type.low = type.high = number();
        if (accept(".."))
            type.high = number();
    }

    void parseWord(Type& type)
    {
        const auto name = word();
        if (name == "bytes" || name == "text") {
            type.kind = name == "bytes" ? Type::Kind::Bytes : Type::Kind::Text;
            if (!accept(".size"))
                return;
            if (accept("(")) {
                type.low = number();
                expect("..");
                type.high = number();
                expect(")");
            } else {
                type.low = type.high = number();
            }
        } else if (name == "bool") {
            type.kind = Type::Kind::Bool;
        } else if (name == "any") {
            type.kind = Type::Kind::Any;
        } else if (name == "uint") {
            type.kind = Type::Kind::Range;
        } else {
            type.kind = Type::Kind::Rule;
            type.rule = name;
        }
    }

    void parseMap(Type& type)
    {
        type.kind = Type::Kind::Map;
        while (!m_failed && !accept("}")) {
            if (accept("* uint => any")) {
                type.wildcard = true;
            } else {
                Type::Entry entry;
                entry.optional = accept("?");
                entry.key = number();
                expect(":");
                entry.type = parseType();
                type.entries.push_back(std::move(entry));
            }
            accept(",");
        }
    }

    void parseArray(Type& type)
    {
        type.kind = Type::Kind::Array;
        if (atDigit()) {
            type.repeated = true;
            type.low = number();
            expect("*");
            type.high = number();
            type.entries.push_back({false, 0, parseType()});
            expect("]");
            return;
        }
        while (!m_failed && !accept("]")) {
            word();
            expect(":");
            type.entries.push_back({false, 0, parseType()});
            accept(",");
        }
    }

    std::string_view m_rest;
    bool m_failed = false;
};

} // namespace

bool Cddl::Type::fits(cbor::Reader& reader, const Types& types) const
{
    switch (kind) {
    case Kind::Any:
        return reader.skip().has_value();
    case Kind::Rule: {
        const auto rule_ = types.find(rule);
        return rule_ != types.end() && rule_->second->fits(reader, types);
    }
    case Kind::Choice:
        for (const auto& entry : entries) {
            auto attempt = reader;
            if (entry.type->fits(attempt, types)) {
                reader = attempt;
                return true;
            }
        }
        return false;
    case Kind::Range: {
        const auto value = reader.readUnsigned();
        return value && *value >= low && *value <= high;
    }
    case Kind::Bool:
        return reader.readBoolean().has_value();
    case Kind::Bytes: {
        const auto value = reader.readBytes();
        return value && value->size() >= low && value->size() <= high;
    }
    case Kind::Text: {
        const auto value = reader.readText();
        return value && value->size() >= low && value->size() <= high;
    }
    case Kind::Map:
        return fitsMap(reader, types);
    case Kind::Array:
        return fitsArray(reader, types);
    }
    return false;
}

bool Cddl::Type::fitsMap(cbor::Reader& reader, const Types& types) const
{
    const auto pairs = reader.readMap();
    if (!pairs)
        return false;
    cbor::KeyOrder order;
    std::size_t next = 0;
    for (std::size_t i = 0; i < *pairs; ++i) {
        const auto key = order.next(reader);
        if (!key)
            return false;
        for (; next < entries.size() && entries[next].key < *key; ++next) {
            if (!entries[next].optional)
                return false;
        }
        if (next < entries.size() && entries[next].key == *key) {
            if (!entries[next++].type->fits(reader, types))
                return false;
        } else if (!wildcard || !reader.skip()) {
            return false;
        }
    }
    for (; next < entries.size(); ++next) {
        if (!entries[next].optional)
            return false;
    }
    return true;
}

bool Cddl::Type::fitsArray(cbor::Reader& reader, const Types& types) const
{
    const auto count = reader.readArray();
    if (!count || (repeated ? *count < low || *count > high : *count != entries.size()))
        return false;
    for (std::size_t i = 0; i < *count; ++i) {
        if (!entries[repeated ? 0 : i].type->fits(reader, types))
            return false;
    }
    return true;
}

Cddl::Cddl(std::string_view source)
{
    static const std::regex comment(";[^\n]*");
    static const std::regex space("\\s+");
    static const std::regex start("(^|\n)([a-z][a-z0-9-]*) = ");
    const auto text = std::regex_replace(std::string(source), comment, "");
    for (std::sregex_iterator it(text.begin(), text.end(), start), end; it != end;) {
        const auto match = *it++;
        const auto begin = static_cast<std::size_t>(match.position() + match.length());
        const auto stop = it == end ? text.size() : static_cast<std::size_t>(it->position());
        auto rule = std::regex_replace(text.substr(begin, stop - begin), space, " ");
        while (rule.ends_with(' '))
            rule.pop_back();
        auto type = Parser(rule).parseAll();
        if (!type || m_types.contains(match[2]))
            m_error += "bad rule " + match[2].str() + "\n";
        else
            m_types[match[2]] = std::move(type);
        m_text[match[2]] = rule;
    }
}

Cddl::~Cddl() = default;

bool Cddl::fits(const std::string& rule, View item) const
{
    const auto type = m_types.find(rule);
    cbor::Reader reader(item);
    return type != m_types.end() && type->second->fits(reader, m_types) && reader.atEnd();
}

} // namespace impulse::test
