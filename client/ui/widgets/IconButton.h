#pragma once

#include "client/ui/theme/Tokens.h"

#include <QAbstractButton>

namespace impulse::ui {

class Theme;

/// Square button with an icon only: 36 px, radius 8, icon 20; checked shows `state.selected`. Its
/// label is the accessible name and, with the shortcut, the tooltip. Main thread.
class IconButton : public QAbstractButton {
    Q_OBJECT

public:
    IconButton(Theme& theme, QLatin1String iconName, QWidget* parent = nullptr);

    void setIconName(QLatin1String name);
    /// `label` names verb and object: "Show password".
    void setLabel(const QString& label, const QString& shortcut = QString());
    /// Side of the button and of its icon at 100 %.
    void setSides(int button, int icon);
    /// Round and filled, as the send button; false is the quiet square.
    void setFilledRound(bool filled);
    void setToken(Token token);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Theme& m_theme;
    QString m_iconName;
    int m_side = 36;
    int m_iconSide = 20;
    bool m_filled = false;
    Token m_token = Token::TextSecondary;
};

} // namespace impulse::ui
