#pragma once

#include <QMenu>

namespace impulse::ui {

class Theme;

/// A QMenu with the design's round corners: the corners outside the border are see-through. Open it
/// with popup(), never exec(). Main thread.
class Menu : public QMenu {
    Q_OBJECT

public:
    explicit Menu(Theme& theme, QWidget* parent = nullptr);

    using QMenu::addAction;
    /// An action with an icon in the theme's colours; destructive ones stand last, in red.
    QAction* addAction(QLatin1String iconName, const QString& text, bool destructive = false);

private:
    Theme& m_theme;
};

} // namespace impulse::ui
