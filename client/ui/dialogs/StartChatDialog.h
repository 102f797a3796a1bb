#pragma once

#include "client/ui/dialogs/FormDialog.h"

#include <optional>

namespace impulse::ui {

class Button;
class Field;
class Label;
class Theme;

/// Starts a chat by username or `impulse://` link, and shows one's own link to pass on. Knows no
/// network: it asks by a signal and is told what came of it. Main thread.
class StartChatDialog : public FormDialog {
    Q_OBJECT

public:
    enum class Problem { NotFound, Yourself, BadLink, OtherServer, Offline, Blocked, Failed };

    /// `ownUsername` and `ownLink` may be empty; then nothing is offered to copy.
    StartChatDialog(Theme& theme, const QString& ownUsername, const QString& ownLink,
                    QWidget* parent = nullptr);

    /// Fills the field, for a link that was opened from elsewhere.
    void setText(const QString& usernameOrLink);
    void setProblem(Problem problem);

Q_SIGNALS:
    /// Text without the surrounding space and a leading "@". Answer with accept() or setProblem().
    void startRequested(const QString& usernameOrLink);

protected:
    void showBusy(bool busy) override;
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void retranslate();
    void submit();
    QString typed() const;

    QString m_ownUsername;
    QString m_ownLink;
    Label* m_title;
    Field* m_field;
    Label* m_ownLabel;
    Button* m_copy;
    Button* m_cancel;
    Button* m_start;
    bool m_copied = false;
    std::optional<Problem> m_problem;
};

} // namespace impulse::ui
