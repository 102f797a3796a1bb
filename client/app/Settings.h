#pragma once

#include "client/ui/theme/Language.h"
#include "client/ui/theme/Theme.h"

#include <QSettings>

#include <optional>

namespace impulse::app {

/// The few choices that are needed before anything is unlocked: language, theme, text size and
/// window layout. They lie unencrypted in the profile folder; nothing about people or messages belongs here. Main thread.
class Settings {
public:
    explicit Settings(const QString& profileFolder);

    /// Empty: follow the system.
    std::optional<ui::Language> language() const;
    void setLanguage(ui::Language language);

    ui::ThemeMode themeMode() const;
    void setThemeMode(ui::ThemeMode mode);
    double textScale() const;
    void setTextScale(double scale);
    /// The main window's own layout, as it wrote it.
    QByteArray layout() const;
    void setLayout(const QByteArray& layout);

private:
    QSettings m_file;
};

} // namespace impulse::app
