#pragma once

#include "client/core/models/ChatItem.h"
#include "client/ui/chat/OwnUser.h"

#include <QWidget>

class QHBoxLayout;

namespace impulse::ui {

class AvatarView;
class AccountButton;
class Button;
class Card;
class StepMark;
class IconButton;
class Label;
class Theme;

/// No conversation chosen (design 4.19, `empty-selection`). Main thread.
class EmptySelection : public QWidget {
    Q_OBJECT

public:
    EmptySelection(Theme& theme, QWidget* parent);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    Theme& m_theme;
};

/// No conversation at all yet (design 4.19, `first-run`): what is done, what comes next, and the
/// own username to pass on. Main thread.
class FirstRun : public QWidget {
    Q_OBJECT

public:
    FirstRun(Theme& theme, QWidget* parent);

    void setUser(const OwnUser& user);
    /// Not saved: the step is open and offers to make a code anew.
    void setRecoverySaved(bool saved);
    /// Without the side pane beside it: it has the account button then.
    void setAlone(bool alone);
    void setOnline(bool online);

Q_SIGNALS:
    void findPeopleClicked();
    void newCodeClicked();
    void accountMenuWanted(const QPoint& globalPosition);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Step {
        QWidget* row = nullptr;
        StepMark* mark = nullptr;
        Label* title = nullptr;
        Label* text = nullptr;
        QHBoxLayout* line = nullptr;
    };
    Step addStep(QLatin1String icon, Button* button);
    void applyMetrics();
    void retranslate();

    Theme& m_theme;
    OwnUser m_user;
    QWidget* m_logo;
    Label* m_welcome;
    Label* m_promise;
    Card* m_card;
    bool m_codeSaved = true;
    Button* m_codeButton;
    Step m_saved;
    Step m_find;
    Button* m_findButton;
    Label* m_usernameLabel;
    Label* m_username;
    IconButton* m_copy;
    AccountButton* m_account;
};

/// A stranger asks to write (design 4.14, `request`): initials and names only. Main thread.
class RequestView : public QWidget {
    Q_OBJECT

public:
    RequestView(Theme& theme, QWidget* parent);

    void setChat(const client::ChatItem& chat);
    Button& acceptButton() { return *m_accept; }

Q_SIGNALS:
    void acceptClicked();
    void blockClicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void retranslate();

    Theme& m_theme;
    client::ChatItem m_chat;
    AvatarView* m_avatar;
    Label* m_title;
    Label* m_username;
    Label* m_what;
    Button* m_block;
    Button* m_accept;
};

} // namespace impulse::ui
