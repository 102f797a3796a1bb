#pragma once

#include "client/ui/widgets/SecretText.h"

#include <QWidget>

#include <utility>

namespace impulse::ui {

class Banner;
class Button;
class CheckBox;
class CodeGrid;
class Field;
class Label;
class Theme;

/// Shows the recovery code once and has two groups typed back (design 4.3). Main thread.
class RecoveryCodeStep : public QWidget {
    Q_OBJECT

public:
    /// `code` as text, grouped or not; `asked` are two different group numbers from 0.
    RecoveryCodeStep(Theme& theme, SecretText code, std::pair<int, int> asked,
                     QWidget* parent = nullptr);
    ~RecoveryCodeStep() override;

    /// Two different group numbers by chance.
    static std::pair<int, int> chooseGroups();

    /// "Step 2 of 2" above the title; off where the code is made anew from the settings.
    void setStepShown(bool shown);
    /// How long the code stays on the clipboard.
    static constexpr int clipboardSeconds = 60;

Q_SIGNALS:
    /// The user has stored the code and typed both groups.
    void finished();
    /// The window was closed by other means than Finish.
    void closed();

protected:
    void changeEvent(QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

private:
    void build();
    void layOut();
    void retranslate();
    void copy();
    void save();
    void saveTo(const QString& path);
    void print();
    void checkTyped();
    QString fileText() const;

    Theme& m_theme;
    SecretText m_code;
    std::pair<int, int> m_asked;
    bool m_finished = false;
    enum class Note { None, Copied, Saved, SaveFailed } m_note = Note::None;
    Label* m_step = nullptr;
    Label* m_title = nullptr;
    Label* m_why = nullptr;
    CodeGrid* m_grid = nullptr;
    Button* m_copy = nullptr;
    Button* m_save = nullptr;
    Button* m_print = nullptr;
    Label* m_noteLabel = nullptr;
    Banner* m_warning = nullptr;
    CheckBox* m_stored = nullptr;
    Label* m_typeLabel = nullptr;
    Field* m_first = nullptr;
    Field* m_second = nullptr;
    Button* m_finish = nullptr;
};

} // namespace impulse::ui
