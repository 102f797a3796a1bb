#include "client/ui/chat/Ticks.h"

#include "client/ui/theme/Theme.h"

namespace impulse::ui {

QPixmap tickPixmap(const Theme& theme, client::MessageState state, Token token, int size,
                   double devicePixelRatio)
{
    using client::MessageState;
    constexpr double normal = 2;
    constexpr double heavy = 2.25;
    const auto draw = [&](const char* name, Token color, double stroke) {
        return theme.icons().pixmap(QLatin1String(name), theme.color(color), size,
                                    devicePixelRatio, stroke);
    };
    switch (state) {
    case MessageState::Pending:
        return draw("clock", token, normal);
    case MessageState::Sent:
        return draw("check", token, normal);
    case MessageState::Delivered:
        return draw("double-check", token, normal);
    case MessageState::Read:
        return draw("double-check", token, heavy);
    case MessageState::Failed:
        return draw("alert", Token::Danger, normal);
    case MessageState::Held:
        return draw("clock", Token::Warning, normal);
    }
    return {};
}

} // namespace impulse::ui
