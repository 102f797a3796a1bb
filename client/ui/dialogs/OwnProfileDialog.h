#pragma once

#include "client/ui/dialogs/FormDialog.h"
#include "client/ui/theme/Avatar.h"

namespace impulse::ui {

class AvatarView;
class Button;
class Field;
class Label;
class Theme;

/// What a person tells others about themselves.
struct OwnProfile {
    QString username;
    QString displayName;
    QString status;
    QString about;
    int avatarSlot = 0;
};

/// My own profile: name, status, about (visual design 4.15, `settings-profile`). Main thread.
class OwnProfileDialog : public FormDialog {
    Q_OBJECT

public:
    OwnProfileDialog(Theme& theme, const OwnProfile& profile, const QString& link,
                     QWidget* parent = nullptr);

    /// What is in the fields now, without surrounding space.
    OwnProfile profile() const;
    /// The server or the disk refused; the fields stay as they are.
    void setFailed();

Q_SIGNALS:
    /// Answer with accept() or setFailed().
    void saveRequested(const impulse::ui::OwnProfile& profile);

protected:
    void showBusy(bool busy) override;
    void changeEvent(QEvent* event) override;

private:
    void retranslate();
    void refresh();

    OwnProfile m_original;
    QString m_link;
    Label* m_title;
    AvatarView* m_avatar;
    Field* m_name;
    Field* m_status;
    Field* m_about;
    Label* m_usernameLabel;
    Button* m_copy;
    Button* m_cancel;
    Button* m_save;
    bool m_failed = false;
    bool m_copied = false;
};

} // namespace impulse::ui
