#pragma once

#include <QDialog>

namespace impulse::ui {

class Button;
class Theme;

/// A question as title, its consequence as text, a verb as button. Destructive ones focus Cancel.
/// Without a verb it is a notice with Close only. Show it with open(); it deletes itself. Main
/// thread.
class ConfirmDialog : public QDialog {
    Q_OBJECT

public:
    struct Words {
        QString question;
        QString consequence;
        QString verb;
    };

    ConfirmDialog(Theme& theme, const Words& words, bool destructive, QWidget* parent = nullptr);

private:
    Button* m_cancel;
};

} // namespace impulse::ui
