#pragma once

#include <QBasicTimer>
#include <QWidget>

namespace impulse::ui {

class Label;
class Theme;

/// One sentence and at most one action at the bottom centre of `host`, for 6 s or as long as it is
/// hovered or focused. Never for errors. Deletes itself. Main thread.
class Toast : public QWidget {
    Q_OBJECT

public:
    Toast(Theme& theme, QWidget& host, const QString& text, const QString& action = QString());

    bool eventFilter(QObject* watched, QEvent* event) override;

Q_SIGNALS:
    void actionTriggered();

protected:
    void paintEvent(QPaintEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void place();

    Theme& m_theme;
    QBasicTimer m_timer;
};

} // namespace impulse::ui
