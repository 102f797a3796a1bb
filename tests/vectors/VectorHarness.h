#pragma once

#include "common/crypto/Error.h"
#include "common/crypto/Secret.h"
#include "tests/support/ScriptedRng.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QString>

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// Runs the known-answer vectors: JSON files of {topic, cases: [{op, name, in, out | error}]}.
/// Each topic has a source file of its own beside this one that registers its operations.
namespace impulse::vectors {

/// A step of a script did something else than the vector says. (Tests may throw.)
struct Mismatch : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The input of one case, or one object within it. A value of the wrong size or form is what the
/// operation would call Malformed: thrown as a CryptoError, like every refusal (see unwrap).
class In {
public:
    explicit In(QJsonObject object) : m_object(std::move(object)) {}

    bool has(const char* name) const;
    bool isNull(const char* name) const;
    Bytes bytes(const char* name) const;
    std::string text(const char* name) const;
    std::uint64_t number(const char* name) const;
    bool flag(const char* name) const;
    In object(const char* name) const;
    std::vector<In> objects(const char* name) const;
    /// An array of byte strings.
    std::vector<Bytes> list(const char* name) const;
    /// T is a Fixed or a Secret.
    template <class T> T value(const char* name) const
    {
        auto result = T::from(bytes(name));
        if (!result)
            throw crypto::CryptoError::Malformed;
        return std::move(*result);
    }
    template <class T> T integer(const char* name) const
    {
        const auto value = number(name);
        if (value > static_cast<std::uint64_t>(std::numeric_limits<T>::max()))
            throw crypto::CryptoError::Malformed;
        return static_cast<T>(value);
    }
    /// The draws listed under "rng". For whole cases the harness checks that all were used;
    /// steps of scripts check it themselves.
    test::ScriptedRng& rng() const;

    const QJsonObject& json() const { return m_object; }

private:
    QJsonObject m_object;
    mutable std::shared_ptr<test::ScriptedRng> m_rng;
};

/// The output of one case.
class Out {
public:
    Out& bytes(const char* name, View value);
    template <class Tag, std::size_t N>
    Out& secret(const char* name, const crypto::Secret<Tag, N>& value)
    {
        return bytes(name, crypto::SecretAccess::view(value));
    }
    Out& text(const char* name, std::string_view value);
    Out& number(const char* name, std::uint64_t value);
    Out& flag(const char* name, bool value);
    Out& json(const char* name, const QJsonValue& value);

    const QJsonObject& object() const { return m_object; }

private:
    QJsonObject m_object;
};

QJsonValue hexValue(View bytes);

/// The value, or throws the CryptoError for the harness to compare.
template <class T> T unwrap(crypto::Result<T> result)
{
    if (!result)
        throw result.error();
    return std::move(result).value();
}
inline void unwrap(const crypto::Result<void>& result)
{
    if (!result)
        throw result.error();
}

using Handler = std::function<Out(const In&)>;

/// A file-level object of this type registers the operations of one topic.
struct Topic {
    Topic(const char* name, std::initializer_list<std::pair<const char*, Handler>> operations);
};

/// Nothing if no source file registered it.
const Handler* findHandler(const std::string& topic, const std::string& operation);

/// Empty if every field of `expected` is in `actual` with exactly that value, else what differs.
std::string difference(const QJsonObject& expected, const QJsonObject& actual);

} // namespace impulse::vectors
