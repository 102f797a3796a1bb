#pragma once

#include "client/ui/theme/Language.h"
#include "client/ui/theme/Theme.h"

#include <QApplication>

namespace impulse::test {

/// What the app room builds once per process, for all tests of this program: made by main().
struct UiEnvironment {
    explicit UiEnvironment(QApplication& application) : languages(application)
    {
        theme.setReducedMotion(true);
        theme.setMode(ui::ThemeMode::Light);
        theme.install(application);
        theme.setReducedMotion(true);
        languages.setLanguage(ui::Language::English);
    }

    ui::Theme theme;
    ui::LanguageSwitch languages;
};

UiEnvironment& environment();

} // namespace impulse::test
