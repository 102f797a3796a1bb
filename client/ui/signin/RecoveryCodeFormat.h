#pragma once

#include <QString>
#include <QStringList>

namespace impulse::ui {

/// How recovery codes are written (encryption.md 9.3): 28 Crockford characters in 7 groups of 4. The
/// check of a whole code is the client core's; here is only what typing needs. Values.
namespace recovery {

constexpr int groups = 7;
constexpr int groupLength = 4;
constexpr int codeLength = groups * groupLength;

/// Upper case, without spaces and hyphens, O as 0, I and L as 1. Other characters stay.
QString normalized(const QString& typed);

/// True if every character of a normalized text is of the alphabet.
bool hasOnlyCodeCharacters(const QString& normalizedText);

/// "K7QM-2XVD-…" of a normalized text of any length.
QString grouped(const QString& normalizedText);

/// The groups of a normalized whole code.
QStringList groupsOf(const QString& normalizedText);

} // namespace recovery

} // namespace impulse::ui
