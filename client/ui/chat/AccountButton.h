#pragma once

#include "client/ui/chat/OwnUser.h"

#include <QAbstractButton>

namespace impulse::ui {

class Theme;

/// The own avatar, which opens the account menu. Main thread.
class AccountButton : public QAbstractButton {
    Q_OBJECT

public:
    AccountButton(Theme& theme, QWidget* parent);

    void setUser(const OwnUser& user);
    void setOnline(bool online);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void retranslate();

    Theme& m_theme;
    OwnUser m_user;
    bool m_online = false;
};

} // namespace impulse::ui
