#pragma once

#include <QString>

#include <string>

namespace impulse::client {

/// `text` as UTF-8, cut between characters to at most `bytes`.
inline std::string cutUtf8(const QString& text, std::size_t bytes)
{
    QString shorter = text;
    while (static_cast<std::size_t>(shorter.toUtf8().size()) > bytes)
        shorter.chop(shorter.back().isLowSurrogate() ? 2 : 1);
    return shorter.toStdString();
}

} // namespace impulse::client
