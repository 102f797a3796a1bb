#pragma once

#include "client/core/Accounts.h"

#include <QObject>

#include <memory>

namespace impulse::ui {
class Theme;
class UnlockWindow;
}

namespace impulse::app {

/// Asks for the password of a locked profile. Owns its window. Main thread.
class UnlockFlow : public QObject {
    Q_OBJECT

public:
    UnlockFlow(ui::Theme& theme, client::Accounts& accounts, QObject* parent = nullptr);
    ~UnlockFlow() override;

    void start();

Q_SIGNALS:
    void finished();
    /// The user gave the profile on this computer up: it is empty now, the recovery code can sign
    /// in again.
    void forgotten(const QString& server, const QString& username);
    void closed();

private:
    void unlock();
    void askToForget();
    void forget();

    ui::Theme& m_theme;
    client::Accounts& m_accounts;
    std::unique_ptr<ui::UnlockWindow> m_window;
};

} // namespace impulse::app
