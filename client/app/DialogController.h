#pragma once

#include "client/core/ClientError.h"
#include "client/core/Items.h"

#include <QObject>
#include <QPointer>

class QWidget;

namespace impulse::client {
class Client;
}
namespace impulse::ui {
class ConfirmDialog;
class ContactDialog;
class StartChatDialog;
class Theme;
}

namespace impulse::app {

/// The dialogs over the main window. Main thread.
class DialogController : public QObject {
    Q_OBJECT

public:
    DialogController(ui::Theme& theme, client::Client& client, QWidget& window, QObject* parent);

    /// Opens "New chat"; with a text (a link from elsewhere) it starts looking at once.
    void startChat(const QString& usernameOrLink);
    void showContact(const UserId& id);
    /// Shows new values where that contact's profile is open.
    void refreshContact(const client::PersonItem& person);
    void showOwnProfile();
    void askToSignOut();
    /// One notice at a time; the same again is not repeated while it is open.
    void showError(const client::ClientError& error);
    void showWarning(const QString& text);

    /// One sentence for the windows after signing in.
    static QString sentence(const client::ClientError& error);

Q_SIGNALS:
    void conversationWanted(const impulse::ConversationId& id);

private:
    bool isConnected() const;
    void find(const QString& usernameOrLink);
    void openWith(const UserId& person);
    void askToBlock(const client::PersonItem& person);
    void notice(const QString& title, const QString& text);

    ui::Theme& m_theme;
    client::Client& m_client;
    QWidget& m_window;
    QPointer<ui::StartChatDialog> m_start;
    QPointer<ui::ContactDialog> m_contact;
    QPointer<ui::ConfirmDialog> m_notice;
    UserId m_contactId;
};

} // namespace impulse::app
