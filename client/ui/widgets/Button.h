#pragma once

#include "client/ui/theme/Tokens.h"

#include <QPushButton>

namespace impulse::ui {

class Spinner;
class Theme;

/// The text button of the design (section 4.1). One Primary per window. Main thread.
class Button : public QPushButton {
    Q_OBJECT

public:
    enum class Kind { Primary, Tonal, Text, Danger, DangerText, Warning };
    enum class Size { Small, Normal, Large }; ///< 30, 36 and 40 high

    Button(Theme& theme, Kind kind, QWidget* parent = nullptr);

    void setKind(Kind kind);
    void setButtonSize(Size size);
    /// A name of `resources/icons`; empty for none.
    void setIconName(QLatin1String name);
    /// For Text kinds: the label starts at the widget's own edge, so that it lines up with fields;
    /// hover underlines it in place of a fill.
    void setFlush(bool flush);
    /// Busy: other label, spinner at the left, no clicks; the width stays.
    void setBusy(bool busy, const QString& busyText = QString());
    bool isBusy() const { return m_spinner != nullptr; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool hitButton(const QPoint& position) const override;

private:
    int padding() const;
    int iconSize() const;
    QFont labelFont() const;
    Token foreground() const;
    /// False where the kind has no fill in this state.
    bool background(Token& token) const;
    void placeSpinner();

    Theme& m_theme;
    Kind m_kind;
    Size m_size = Size::Normal;
    bool m_flush = false;
    QString m_iconName;
    QString m_busyText;
    Spinner* m_spinner = nullptr;
};

} // namespace impulse::ui
