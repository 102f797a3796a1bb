#pragma once

#include <QCheckBox>

class QVariantAnimation;

namespace impulse::ui {

class Theme;

/// The painted 18 px check box. Its label wraps to the width it is given. Main thread.
class CheckBox : public QCheckBox {
    Q_OBJECT

public:
    explicit CheckBox(Theme& theme, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool hitButton(const QPoint& position) const override;

private:
    int textLeft() const;

    Theme& m_theme;
};

/// The 36 × 20 switch, without a label of its own (set the accessible name). Main thread.
class Switch : public QCheckBox {
    Q_OBJECT

public:
    explicit Switch(Theme& theme, QWidget* parent = nullptr);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool hitButton(const QPoint& position) const override;

private:
    Theme& m_theme;
    QVariantAnimation* m_slide;
    double m_position = 0; // 0 off, 1 on
};

} // namespace impulse::ui
