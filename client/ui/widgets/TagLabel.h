#pragma once

#include <QLabel>

namespace impulse::ui {

class Theme;

/// A pill with one elided line: status texts, roles. Main thread.
class TagLabel : public QLabel {
    Q_OBJECT

public:
    explicit TagLabel(Theme& theme, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Theme& m_theme;
};

} // namespace impulse::ui
