#pragma once

#include "client/core/Connection.h"
#include "client/core/Items.h"
#include "client/core/models/MessageListModel.h"

#include <QWidget>

class QStackedWidget;

namespace impulse::ui {

class Banner;
class Button;
class Composer;
class ConversationHeader;
class MessageActions;
class MessageListView;
class RequestView;
class Theme;

/// One conversation: header, banner of a changed identity, messages or the request, composer. Main
/// thread.
class ConversationView : public QWidget {
    Q_OBJECT

public:
    ConversationView(Theme& theme, client::MessageListModel& messages, QWidget* parent = nullptr);

    /// Another conversation, or nothing.
    void open(const client::ChatItem& chat, const QString& draft);
    void close();
    /// The open conversation's row changed.
    void setChat(const client::ChatItem& chat);
    void setPerson(const client::PersonItem& person);
    ConversationHeader& header() { return *m_header; }
    Composer& composer() { return *m_composer; }
    MessageListView& messages() { return *m_list; }
    /// Where the keyboard goes when the conversation is opened.
    void focusFirst();
    /// Leaves the strip; false if there was none.
    bool leaveMode();
    void replyStep(int direction);
    /// All that is here was seen: it is the newest and on the screen.
    bool seesEnd() const;

Q_SIGNALS:
    void sendText(const QString& text, const std::optional<impulse::MessageId>& replyTo);
    void editText(const impulse::MessageId& message, const QString& text);
    void deleteMessage(const impulse::MessageId& message);
    void retryMessage(const impulse::MessageId& message);
    void cancelMessage(const impulse::MessageId& message);
    void draftChanged(const QString& text);
    void typingChanged(bool typing);
    void acceptClicked();
    void blockClicked();
    void unblockClicked();
    void identityAccepted(bool wasVerified);
    void endSeen();

protected:
    void changeEvent(QEvent* event) override;

private:
    void connectParts();
    void editLast();
    void updateState();
    void showPage(QWidget* page);
    void confirmIdentity();
    void retranslate();

    Theme& m_theme;
    client::MessageListModel& m_model;
    ConversationHeader* m_header;
    Banner* m_identity;
    Button* m_sendAnyway;
    QStackedWidget* m_pages;
    MessageListView* m_list;
    RequestView* m_request;
    Composer* m_composer;
    MessageActions* m_actions;
    client::ChatItem m_chat;
    std::optional<client::PersonItem> m_person;
};

} // namespace impulse::ui
