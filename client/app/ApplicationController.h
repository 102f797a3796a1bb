#pragma once

#include "client/app/StartOptions.h"

#include "client/core/Accounts.h"

#include <QObject>

#include <memory>

namespace impulse::client {
class Client;
class SecretStore;
}
namespace impulse::ui {
class LanguageSwitch;
class Theme;
}

namespace impulse::app {

class ChatController;
class SignInFlow;
class UnlockFlow;

/// One running Impulse: opens the profile, builds the client and shows the window that fits the
/// account's state: sign-in, unlock or chats. Main thread.
class ApplicationController : public QObject {
    Q_OBJECT

public:
    /// Theme, languages and the keychain outlive it.
    ApplicationController(ui::Theme& theme, ui::LanguageSwitch& languages,
                          client::SecretStore& secrets, const StartOptions& options,
                          QObject* parent = nullptr);
    ~ApplicationController() override;

    void start();

Q_SIGNALS:
    /// The user closed the last window or nothing can go on.
    void finished(int exitCode);

private:
    struct Parts;

    bool openProfile();
    void applySettings();
    void onOpened(Result<client::ProfileState, client::ClientError> result);
    void showFor(client::ProfileState state);
    void onStateChanged();
    void showSignIn();
    void showUnlock();
    void showChats();
    void showRemoved();
    void recover(const QString& server, const QString& username);
    void stopWith(const QString& title, const QString& text);
    client::Accounts& accounts();

    ui::Theme& m_theme;
    ui::LanguageSwitch& m_languages;
    client::SecretStore& m_secrets;
    StartOptions m_options;
    std::unique_ptr<Parts> m_parts;
    std::unique_ptr<SignInFlow> m_signIn;
    std::unique_ptr<UnlockFlow> m_unlock;
    std::unique_ptr<ChatController> m_chats;
};

} // namespace impulse::app
