#include "client/app/Settings.h"

namespace impulse::app {

namespace {

const auto languageKey = QLatin1String("language");
const auto themeKey = QLatin1String("theme");
const auto english = QLatin1String("en");
const auto russian = QLatin1String("ru");
const auto light = QLatin1String("light");
const auto dark = QLatin1String("dark");

} // namespace

Settings::Settings(const QString& profileFolder)
    : m_file(profileFolder + QStringLiteral("/settings.ini"), QSettings::IniFormat)
{
}

std::optional<ui::Language> Settings::language() const
{
    const QString value = m_file.value(languageKey).toString();
    if (value == russian) {
        return ui::Language::Russian;
    }
    if (value == english) {
        return ui::Language::English;
    }
    return std::nullopt;
}

void Settings::setLanguage(ui::Language language)
{
    m_file.setValue(languageKey, QString(language == ui::Language::Russian ? russian : english));
}

ui::ThemeMode Settings::themeMode() const
{
    const QString value = m_file.value(themeKey).toString();
    return value == light ? ui::ThemeMode::Light
        : value == dark   ? ui::ThemeMode::Dark
                          : ui::ThemeMode::System;
}

void Settings::setThemeMode(ui::ThemeMode mode)
{
    if (mode == ui::ThemeMode::System) {
        m_file.remove(themeKey);
    } else {
        m_file.setValue(themeKey, QString(mode == ui::ThemeMode::Light ? light : dark));
    }
}

} // namespace impulse::app
