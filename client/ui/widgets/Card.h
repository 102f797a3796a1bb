#pragma once

#include "client/ui/theme/Tokens.h"

#include <QWidget>

namespace impulse::ui {

class Theme;

/// Rounded box with a 1 px line; rows inside can be parted by hairlines. Main thread.
class Card : public QWidget {
    Q_OBJECT

public:
    Card(Theme& theme, Token fill, QWidget* parent = nullptr);

    /// Adds a row to the card's column, with a hairline above all but the first.
    void addRow(QWidget* row);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Theme& m_theme;
    Token m_fill;
    QList<QWidget*> m_rows;
};

} // namespace impulse::ui
