#pragma once

#include "common/core/Result.h"
#include "server/core/Limits.h"

#include <QString>
#include <QStringList>

#include <cstdint>

namespace impulse::server {

/// What a configuration key takes.
struct ConfigType {
    enum class Kind {
        Text,
        /// A whole number.
        Number,
        /// Bytes: 4096, 64K, 2M, 1G (powers of 1024).
        Bytes,
        /// 500ms, 10s, 15m, 1h, 7d.
        Duration,
        /// on or off.
        Switch,
        /// One word of a list.
        Choice,
        /// COUNT/TIME: 60/15m.
        Rate,
        /// BYTES/TIME: 128M/1h.
        ByteRate
    };

    Kind kind = Kind::Text;
    /// Of numbers, bytes and counts; milliseconds of durations.
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    /// Of a choice, "open|invite|closed".
    const char* words = "";

    QStringList wordList() const;
    /// "a number from 1 to 65535": what follows "takes".
    QString description() const;
};

/// A value that fits its type.
struct ConfigValue {
    QString text;
    /// Number, bytes or milliseconds; of a switch 1 or 0; of a choice the place in the list.
    std::uint64_t number = 0;
    LimitRule rule;
};

/// False if `text` is none of `type`.
bool readValue(const ConfigType& type, const QString& text, ConfigValue& value);

} // namespace impulse::server
