#pragma once

#include "client/core/Connection.h"
#include "client/core/Items.h"

#include <QAbstractButton>

namespace impulse::ui {

class IconButton;
class Theme;

/// Avatar, name and second line; one button as wide as they are, which opens the profile.
class NameArea : public QAbstractButton {
    Q_OBJECT

public:
    NameArea(Theme& theme, QWidget* parent);

    struct Content {
        client::ChatItem chat;
        QString secondLine;
        bool secondIsAccent = false;
        bool online = false;
    };
    void setContent(const Content& content);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Theme& m_theme;
    Content m_content;
};

/// The bar over the messages (design 4.7). Main thread.
class ConversationHeader : public QWidget {
    Q_OBJECT

public:
    ConversationHeader(Theme& theme, QWidget* parent = nullptr);

    void setChat(const client::ChatItem& chat);
    void setPerson(const std::optional<client::PersonItem>& person);
    void setConnection(client::ConnectionState state);
    void setBackVisible(bool visible);
    QString secondLine() const;

Q_SIGNALS:
    void backClicked();
    void profileClicked();
    void menuWanted(const QPoint& globalPosition);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void refresh();
    void retranslate();

    Theme& m_theme;
    IconButton* m_back;
    NameArea* m_name;
    IconButton* m_more;
    client::ChatItem m_chat;
    std::optional<client::PersonItem> m_person;
    client::ConnectionState m_connection = client::ConnectionState::Online;
};

} // namespace impulse::ui
