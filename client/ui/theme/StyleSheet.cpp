#include "client/ui/theme/StyleSheet.h"

#include "client/ui/theme/Theme.h"

namespace impulse::ui {

QString generatedStyleSheet(const Theme& theme)
{
    QString sheet = QStringLiteral(R"(
QToolTip { background: @tooltip; color: @onTooltip; border: 0; padding: 6px 8px; font-size: @smallpx; }
QLineEdit { lineedit-password-character: 8226; }
QLineEdit[impulseBare="true"] { background: transparent; border: 0; padding: 0; }
QMenu { background: @raised; color: @text; border: 1px solid @border; border-radius: 10px; padding: 6px; }
QMenu::item { min-height: @menuRowpx; padding: 0 28px 0 @menuLeftpx; border-radius: 6px; }
QMenu::item:selected { background: @hover; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @border; margin: 6px 8px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle { background: @track; border-radius: 3px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: @control; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: @border; }
)");
    const auto fill = [&sheet, &theme](const char* name, Token token) {
        sheet.replace(QLatin1String(name), theme.color(token).name());
    };
    fill("@tooltip", Token::Tooltip);
    fill("@onTooltip", Token::OnTooltip);
    fill("@raised", Token::SurfaceRaised);
    fill("@text", Token::TextPrimary);
    fill("@border", Token::BorderSubtle);
    fill("@hover", Token::StateHover);
    fill("@disabled", Token::TextDisabled);
    fill("@track", Token::Track);
    fill("@control", Token::BorderControl);
    sheet.replace(QLatin1String("@menuRow"), QString::number(theme.px(34)));
    // Room for an entry's icon or mark, which ui::Menu paints.
    sheet.replace(QLatin1String("@menuLeft"), QString::number(theme.pxCapped(18) + 20));
    sheet.replace(QLatin1String("@small"),
                  QString::number(theme.font(TextStyle::Small).pixelSize()));
    return sheet;
}

} // namespace impulse::ui
