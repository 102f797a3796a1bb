#pragma once

#include <QWidget>

namespace impulse::ui {

class Label;
class Theme;

/// Four short bars and a word: how hard the new password is to guess. Main thread.
class StrengthBar : public QWidget {
    Q_OBJECT

public:
    explicit StrengthBar(Theme& theme, QWidget* parent = nullptr);

    /// 0 (nothing) to 4; `text` is the word or the rule that is not met yet.
    void setStrength(int strength, const QString& text);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Theme& m_theme;
    Label* m_label;
    int m_strength = 0;
};

} // namespace impulse::ui
