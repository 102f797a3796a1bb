#pragma once

#include <QObject>

#include <optional>

namespace impulse::ui {

/// Asks the desktop whether it is dark, without waiting for the answer, and reports each change.
/// Linux: the settings portal over D-Bus (`org.freedesktop.appearance color-scheme`; 1 is dark,
/// 2 light, 0 no preference). Elsewhere, and without D-Bus, nothing is reported and the theme goes
/// by the window colour. Main thread.
class SystemAppearance : public QObject {
    Q_OBJECT

public:
    explicit SystemAppearance(QObject* parent = nullptr);

Q_SIGNALS:
    /// Empty: the desktop has no preference.
    void reported(std::optional<bool> dark);

private Q_SLOTS:
    void onSettingChanged(const QString& group, const QString& key);

private:
    void ask();
};

} // namespace impulse::ui
