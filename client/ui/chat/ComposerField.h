#pragma once

#include <QTextEdit>

namespace impulse::ui {

class Theme;

/// The growing text field of the composer: plain text, one to eight lines, then it scrolls. Enter
/// sends, Shift+Enter is a new line. Main thread.
class ComposerField : public QTextEdit {
    Q_OBJECT

public:
    ComposerField(Theme& theme, QWidget* parent);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void sendWanted();
    /// Up in an empty field.
    void upInEmpty();
    void focusChanged();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void insertFromMimeData(const QMimeData* source) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void applyTheme();
    void fit();
    void retranslate();

    Theme& m_theme;
    int m_lines = 1;
};

} // namespace impulse::ui
