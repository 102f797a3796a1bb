#pragma once

#include "client/ui/theme/Tokens.h"

#include <QWidget>

namespace impulse::ui {

class Theme;

/// A still icon. Decorative: the words beside it carry the meaning. Main thread.
class IconView : public QWidget {
    Q_OBJECT

public:
    IconView(Theme& theme, QLatin1String name, Token token, int side, QWidget* parent = nullptr);

    void setIcon(QLatin1String name, Token token);
    /// Centres the icon in a box of this height (a text line beside it), in px at 100 %.
    void setLineHeight(int px);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Theme& m_theme;
    QString m_name;
    Token m_token;
    int m_side;
    int m_line = 0;
};

} // namespace impulse::ui
