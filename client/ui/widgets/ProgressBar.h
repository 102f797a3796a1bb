#pragma once

#include <QProgressBar>

namespace impulse::ui {

class Theme;

/// The 6 px bar. The number stands beside it, set by its owner. Main thread.
class ProgressBar : public QProgressBar {
    Q_OBJECT

public:
    explicit ProgressBar(Theme& theme, QWidget* parent = nullptr);

    QSize sizeHint() const override { return {120, 6}; }
    QSize minimumSizeHint() const override { return {24, 6}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Theme& m_theme;
};

} // namespace impulse::ui
