#pragma once

#include "client/ui/theme/Tokens.h"

#include <QBasicTimer>
#include <QWidget>

namespace impulse::ui {

class Theme;

/// A turning arc; still where motion is reduced. Main thread.
class Spinner : public QWidget {
    Q_OBJECT

public:
    Spinner(Theme& theme, int side, QWidget* parent = nullptr);

    void setToken(Token token);
    QSize sizeHint() const override { return {m_side, m_side}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    Theme& m_theme;
    QBasicTimer m_timer;
    Token m_token = Token::Accent;
    int m_side;
    int m_degrees = 0;
};

} // namespace impulse::ui
