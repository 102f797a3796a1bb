#pragma once

#include <QLineEdit>

namespace impulse::ui {

class Theme;

/// The side bar's search field: icon, text, and the shortcut as a hint while it is empty. Main
/// thread.
class SearchField : public QLineEdit {
    Q_OBJECT

public:
    SearchField(Theme& theme, QWidget* parent);

    QSize sizeHint() const override;

Q_SIGNALS:
    /// Down: on to the list.
    void leftDown();

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void applyTheme();
    void retranslate();

    Theme& m_theme;
};

/// Draws a key name as a small framed tag (the design's `kbd`) and returns its width; `right` is
/// the tag's right edge, `y` its vertical centre.
int paintKeyHint(QPainter& painter, const QString& keys, int right, int y, const Theme& theme);
int keyHintWidth(const QString& keys, const Theme& theme);

} // namespace impulse::ui
