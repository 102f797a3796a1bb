#pragma once

#include "common/core/Bytes.h"

#include <QByteArray>
#include <QString>
#include <QVariant>

namespace impulse::server {

/// A column of values as one parameter of PostgreSQL: the text of an array
/// (https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO), bytes in hex.
class ArrayText {
public:
    void add(std::uint64_t value)
    {
        separate();
        m_text += QByteArray::number(static_cast<qlonglong>(value));
    }
    void add(View bytes)
    {
        static constexpr char digits[] = "0123456789abcdef";
        separate();
        // In an array a backslash is written twice.
        m_text += "\\\\x";
        auto at = m_text.size();
        m_text.resize(at + 2 * static_cast<qsizetype>(bytes.size()));
        auto* out = m_text.data() + at;
        for (const auto byte : bytes) {
            *out++ = digits[byte >> 4];
            *out++ = digits[byte & 0xf];
        }
    }
    std::size_t size() const { return static_cast<std::size_t>(m_text.size()); }
    QVariant take()
    {
        separate();
        m_text.front() = '{';
        m_text.back() = '}';
        return QString::fromLatin1(std::exchange(m_text, {}));
    }

private:
    void separate() { m_text += ','; }

    /// Each value with a comma before it.
    QByteArray m_text;
};

} // namespace impulse::server
