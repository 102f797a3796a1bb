#pragma once

#include "client/ui/theme/Tokens.h"
#include "client/ui/widgets/SecretText.h"

#include <QWidget>

class QLineEdit;
class QHBoxLayout;

namespace impulse::ui {

class IconButton;
class Label;
class Theme;

/// Label above, framed line edit with optional icons, hint or error line below (design 4.1). The
/// label is the buddy of the edit; hint and error are its accessible description. Main thread.
class Field : public QWidget {
    Q_OBJECT

public:
    enum class Hint { Plain, Good, Warning, Error };

    explicit Field(Theme& theme, QWidget* parent = nullptr);

    void setLabel(const QString& label);
    void setLeadingIcon(QLatin1String name);
    /// A mark at the right, "check" in Token::Success for instance; empty removes it.
    void setTrailingIcon(QLatin1String name, Token token);
    /// Hides what is typed and adds the Show toggle.
    void makePassword();
    /// Text below; an empty text removes the line. Error also makes the frame red.
    void setHint(Hint kind, const QString& text, QLatin1String icon = QLatin1String());
    void setError(const QString& text) { setHint(Hint::Error, text); }
    void clearHint() { setHint(Hint::Plain, QString()); }
    bool hasError() const { return m_hintKind == Hint::Error && !m_hintText.isEmpty(); }
    QString hint() const { return m_hintText; }
    /// Keeps room for one hint line while there is none, so that nothing moves.
    void reserveHint();
    /// A widget in place of the hint (the strength bar); the error still shows below it.
    void setFooter(QWidget* footer);
    void setMonospace(bool monospace);

    QLineEdit& edit() { return *m_edit; }
    QString text() const;
    void setText(const QString& text);
    SecretText secret() const;
    void wipe();

    bool eventFilter(QObject* watched, QEvent* event) override;

Q_SIGNALS:
    void textChanged(const QString& text);
    void editingFinished();
    void returnPressed();

protected:
    void changeEvent(QEvent* event) override;

private:
    class Frame;
    void applyTheme();
    void updateHint();
    void updateShowLabel();

    Theme& m_theme;
    Label* m_label;
    Frame* m_frame;
    QHBoxLayout* m_row;
    QWidget* m_leading;
    QLineEdit* m_edit;
    QWidget* m_trailing;
    IconButton* m_show = nullptr;
    QWidget* m_hintLine;
    QWidget* m_hintIcon;
    Label* m_hintLabel;
    QWidget* m_footer = nullptr;
    Hint m_hintKind = Hint::Plain;
    QString m_hintText;
    bool m_reserve = false;
    bool m_mono = false;
};

} // namespace impulse::ui
