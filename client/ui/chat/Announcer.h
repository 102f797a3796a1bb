#pragma once

#include <QLabel>
#include <QTimer>

namespace impulse::ui {

/// Tells screen readers what happened without a focus change: sets its own hidden text and sends
/// QAccessible::Alert. At most once per 2 s; what comes in between is joined. Main thread.
class Announcer : public QLabel {
    Q_OBJECT

public:
    explicit Announcer(QWidget* parent);

    void announce(const QString& sentence);

private:
    void speak();

    QStringList m_waiting;
    QTimer m_pause;
};

} // namespace impulse::ui
