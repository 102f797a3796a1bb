#pragma once

#include "common/core/Bytes.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace impulse::test {

/// The part of CDDL (RFC 8610) that impulse.cddl uses, to check that a CBOR item fits a rule:
/// choices, maps with integer keys and a wildcard, arrays, ranges, `.size` of byte and text strings.
class Cddl {
public:
    struct Type;

    explicit Cddl(std::string_view source);
    ~Cddl();

    /// What is wrong with the source, or empty.
    const std::string& error() const { return m_error; }
    /// Rules by name, their text without comments and with single spaces.
    const std::map<std::string, std::string>& rules() const { return m_text; }
    /// True if `item` is exactly one CBOR item that fits the rule.
    bool fits(const std::string& rule, View item) const;

private:
    std::map<std::string, std::string> m_text;
    std::map<std::string, std::unique_ptr<Type>> m_types;
    std::string m_error;
};

} // namespace impulse::test
