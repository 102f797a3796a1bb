#pragma once

#include "tests/support/Catch.h"
#include "tests/support/Screenshot.h"
#include "tests/ui/UiEnvironment.h"

#include <QFileInfo>
#include <QTest>

/// For tests that take pictures of windows.
namespace impulse::test {

/// show(theme, language) in each theme and language; as words for file names.
template <class Show> void forEveryLook(Show show)
{
    using ui::Language;
    using ui::ThemeMode;
    auto& env = environment();
    for (ThemeMode mode : {ThemeMode::Light, ThemeMode::Dark}) {
        for (Language language : {Language::English, Language::Russian}) {
            env.theme.setMode(mode);
            env.languages.setLanguage(language);
            show(mode == ThemeMode::Light ? QStringLiteral("light") : QStringLiteral("dark"),
                 language == Language::English ? QStringLiteral("en") : QStringLiteral("ru"));
        }
    }
    env.theme.setMode(ThemeMode::Light);
    env.languages.setLanguage(Language::English);
}

/// Compares it with `target`, if that is not empty, and keeps both.
inline void save(QWidget& window, const char* name, const QString& theme, const QString& language,
          const QString& target)
{
    QTest::qWait(20);
    const QString path
        = compareScreenshot(window, QLatin1String(name), theme, language, target);
    INFO(path.toStdString());
    CHECK(QFileInfo(path).size() > 1000);
}

} // namespace impulse::test
