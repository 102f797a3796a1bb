#pragma once

#include <QMenu>

namespace impulse::ui {

class Theme;

/// A QMenu painted as the design has it: round corners with see-through outside, icons and marks in
/// the theme's colours, shortcuts in the second colour, destructive entries in red. Open it with
/// popup(), never exec(). Main thread.
class Menu : public QMenu {
    Q_OBJECT

public:
    explicit Menu(Theme& theme, QWidget* parent = nullptr);

    using QMenu::addAction;
    /// An entry with an icon; destructive ones stand last.
    QAction* addAction(QLatin1String iconName, const QString& text, bool destructive = false);
    /// An action that exists already, with its shortcut.
    void add(QAction* action, QLatin1String iconName, bool destructive = false);
    using QMenu::addMenu;
    Menu* addMenu(QLatin1String iconName, const QString& text);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintEntry(QPainter& painter, const QAction& action, const QRect& rect) const;

    Theme& m_theme;
};

} // namespace impulse::ui
