#pragma once

#include "client/core/models/MessageItem.h"
#include "client/ui/theme/Tokens.h"

#include <QByteArrayView>
#include <QPixmap>

namespace impulse::ui {

class Theme;

/// The mark of a message's state: clock, one check, two checks, two heavier checks, alert (always
/// in `danger`; held in `warning`). `size` in logical px.
QPixmap tickPixmap(const Theme& theme, client::MessageState state, Token token, int size,
                   double devicePixelRatio);

/// The bytes of an id, for avatarSlot().
template <class Id> QByteArrayView idBytes(const Id& id)
{
    return {reinterpret_cast<const char*>(id.data()), qsizetype(Id::size())};
}

} // namespace impulse::ui
