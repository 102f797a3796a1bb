#pragma once

#include <QWidget>

class QStackedWidget;

namespace impulse::ui {

class BrandPanel;
class LanguageSwitch;
class RegisterPage;
class SignInPage;
class Theme;

/// The window before the chats: brand panel and one of two forms (design 4.2). Main thread.
class SignInWindow : public QWidget {
    Q_OBJECT

public:
    SignInWindow(Theme& theme, LanguageSwitch& languages, QWidget* parent = nullptr);

    SignInPage& signInPage() { return *m_signIn; }
    RegisterPage& registerPage() { return *m_register; }
    void showSignIn();
    void showRegister();
    /// Overwrites every password field.
    void wipe();

Q_SIGNALS:
    void closed();

protected:
    void changeEvent(QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void retranslate();

    Theme& m_theme;
    BrandPanel* m_brand;
    QStackedWidget* m_pages;
    SignInPage* m_signIn;
    RegisterPage* m_register;
};

} // namespace impulse::ui
