#include "client/app/Settings.h"

namespace impulse::app {

namespace {

const auto languageKey = QLatin1String("language");
const auto themeKey = QLatin1String("theme");
const auto scaleKey = QLatin1String("textScale");
const auto layoutKey = QLatin1String("layout");
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

double Settings::textScale() const
{
    const double scale = m_file.value(scaleKey, 1.0).toDouble();
    return scale > 0 ? scale : 1.0;
}

void Settings::setTextScale(double scale)
{
    m_file.setValue(scaleKey, scale);
}

QByteArray Settings::layout() const
{
    return m_file.value(layoutKey).toByteArray();
}

void Settings::setLayout(const QByteArray& layout)
{
    m_file.setValue(layoutKey, layout);
}

} // namespace impulse::app
