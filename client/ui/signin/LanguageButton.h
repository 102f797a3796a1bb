#pragma once

#include <QAbstractButton>

namespace impulse::ui {

class LanguageSwitch;
class Theme;

/// The language of the interface, by its own name; opens a menu of the others. Main thread.
class LanguageButton : public QAbstractButton {
    Q_OBJECT

public:
    LanguageButton(Theme& theme, LanguageSwitch& languages, QWidget* parent = nullptr);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void retranslate();
    void openMenu();

    Theme& m_theme;
    LanguageSwitch& m_languages;
};

} // namespace impulse::ui
