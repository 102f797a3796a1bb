#pragma once

#include "client/ui/theme/Tokens.h"

#include <QByteArrayView>
#include <QRect>
#include <QString>

class QPainter;

namespace impulse::ui {

class Theme;

/// Slot 0 to 7 of a user or conversation id: the first byte of its SHA-256 mod 8, so that it is
/// the same on every device and never depends on the name.
int avatarSlot(QByteArrayView id);

/// First grapheme of the first two words in upper case; one word gives one; a name that starts
/// with an emoji gives that emoji; an empty name gives "?".
QString avatarInitials(const QString& name);

/// What an avatar shows.
struct AvatarSpec {
    QString name;
    int slot = 0;
    bool group = false;      ///< rounded square in place of the circle
    bool notesToSelf = false; ///< bookmark on accent.subtle
    bool online = false;
    Token ring = Token::SurfaceBase; ///< the background around the presence dot
};

/// Paints into `box` (a square, logical px).
void paintAvatar(QPainter& painter, const QRect& box, const AvatarSpec& spec, const Theme& theme);

} // namespace impulse::ui
