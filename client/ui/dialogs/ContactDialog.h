#pragma once

#include "client/core/models/ChatItem.h"
#include "client/ui/theme/Avatar.h"

#include <QDialog>

namespace impulse::ui {

class AvatarView;
class Button;
class Card;
class IconButton;
class IconView;
class Label;
class TagLabel;
class Theme;

/// What is known about a contact.
struct ContactProfile {
    QString displayName;
    QString username;
    QString presence; ///< "online", "last seen …", or empty
    QString status;
    QString about;
    int avatarSlot = 0;
    bool online = false;
    bool blocked = false;
    client::IdentityState identity = client::IdentityState::Unverified;
};

/// The profile of a contact (design 4.14, `profile`). It stays current while it is open: call
/// setProfile() again. Main thread.
class ContactDialog : public QDialog {
    Q_OBJECT

public:
    explicit ContactDialog(Theme& theme, QWidget* parent = nullptr);

    void setProfile(const ContactProfile& profile);

Q_SIGNALS:
    void messageRequested();
    /// The user wants to block or unblock; ask before blocking.
    void blockRequested(bool block);

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* infoRow(QLatin1String icon, Label*& value, Label*& caption);
    void retranslate();
    void showIdentity();

    Theme& m_theme;
    ContactProfile m_profile;
    AvatarView* m_avatar;
    Label* m_name;
    Label* m_presence;
    TagLabel* m_status;
    Button* m_message;
    Card* m_card;
    QWidget* m_identityRow = nullptr;
    IconView* m_identityIcon = nullptr;
    Label* m_identity = nullptr;
    Label* m_identityCaption = nullptr;
    IconButton* m_copy = nullptr;
    Label* m_username = nullptr;
    Label* m_usernameCaption = nullptr;
    QWidget* m_aboutRow = nullptr;
    Label* m_about = nullptr;
    Label* m_aboutCaption = nullptr;
    Button* m_block;
};

} // namespace impulse::ui
