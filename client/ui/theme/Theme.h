#pragma once

#include "client/ui/theme/FocusRing.h"
#include "client/ui/theme/Icons.h"
#include "client/ui/theme/Tokens.h"

#include <QColor>
#include <QFont>
#include <QFontMetrics>
#include <QObject>
#include <QPalette>

#include <array>

class QApplication;

namespace impulse::ui {

/// What the user chose; System follows the desktop.
enum class ThemeMode { System, Light, Dark };

/// Colours, metrics, fonts and icons of the current look (visual design, section 2). One object per
/// process, made in the app room and handed to every window by reference. Lives on the main thread.
///
/// Widgets read from it while painting and call update() on changed(); there is nothing to cache.
class Theme : public QObject {
    Q_OBJECT

public:
    explicit Theme(QObject* parent = nullptr);

    /// Installs style, palette and style sheet, and keeps them current.
    void install(QApplication& application);

    ThemeMode mode() const { return m_mode; }
    void setMode(ThemeMode mode);
    bool isDark() const;

    /// 0.8 to 2.0, the user's own text size. The system's font size comes on top.
    double textScale() const { return m_textScale; }
    void setTextScale(double scale);
    /// The whole factor in use: user × system.
    double scale() const { return m_textScale * m_systemScale; }

    void setReducedMotion(bool reduced);
    bool reducedMotion() const { return m_reducedMotion; }
    /// `ms` at most Metrics::motionMax, or 0 where motion is reduced.
    int duration(int ms) const;

    QColor color(Token token) const;
    QColor avatarBackground(int slot) const;
    QColor avatarForeground(int slot) const;

    const Metrics& metrics() const { return m_metrics; }
    /// A measure that follows the text (row and field heights): rounded, at least 1.
    int px(double designPx) const;
    /// A measure that follows the text up to 1.5 (icons, avatars, pane widths).
    int pxCapped(double designPx) const;

    QFont font(TextStyle style) const;
    QFont font(TextStyle style, QFont::Weight weight) const;
    int lineHeight(TextStyle style) const;

    Icons& icons() const { return m_icons; }
    /// An icon in a colour of the theme; `size` in logical px, already scaled.
    QPixmap icon(QLatin1String name, Token color, int size, double devicePixelRatio) const;

    QPalette palette() const;
    QString styleSheet() const;

    /// True where painted rows show their own focus ring: the keyboard moved the focus last.
    bool keyboardInUse() const { return m_focusRing && m_focusRing->keyboardInUse(); }

Q_SIGNALS:
    /// Colours, scale or motion changed: lay out and paint again.
    void changed();

private:
    using Colors = std::array<QColor, 64>;

    void load();
    void reapply();
    void setSystemDark(bool dark);
    void watchSystem();

    ThemeMode m_mode = ThemeMode::System;
    bool m_systemDark = false;
    bool m_reducedMotion = false;
    double m_textScale = 1;
    double m_systemScale = 1;
    QString m_family;
    QString m_monoFamily;
    QString m_emojiFamily; ///< empty where the system has none in colour
    std::array<Colors, 2> m_colors; // light, dark
    std::array<std::array<QColor, avatarSlots * 2>, 2> m_avatars;
    std::array<std::array<int, 2>, 8> m_type{};
    Metrics m_metrics;
    mutable Icons m_icons;
    QApplication* m_application = nullptr;
    FocusRing* m_focusRing = nullptr;
};

} // namespace impulse::ui
