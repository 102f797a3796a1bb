#pragma once

#include <QBasicTimer>
#include <QWidget>

namespace impulse::ui {

class IconButton;
class Theme;

/// A received bubble with the three dots; the rise travels from left to right in 900 ms, and
/// stands still where motion is reduced. Main thread.
class TypingIndicator : public QWidget {
    Q_OBJECT

public:
    TypingIndicator(Theme& theme, QWidget* parent);

protected:
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void timerEvent(QTimerEvent* event) override;

private:
    Theme& m_theme;
    QBasicTimer m_timer;
    int m_phase = 0; ///< ms of the loop
};

/// Round button to the end of the conversation, with the number of unread messages below.
class JumpButton : public QWidget {
    Q_OBJECT

public:
    static constexpr int margin = 12; ///< for shadow and badge

    JumpButton(Theme& theme, QWidget* parent);
    void setUnread(int count);

Q_SIGNALS:
    void clicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    Theme& m_theme;
    int m_unread = 0;
};

/// The actions beside the bubble under the mouse. The same are in the row's menu.
class HoverBar : public QWidget {
    Q_OBJECT

public:
    static constexpr int margin = 8; ///< for the shadow

    HoverBar(Theme& theme, QWidget* parent);
    void setReplyPossible(bool possible);

Q_SIGNALS:
    void replyClicked();
    void moreClicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void retranslate();

    Theme& m_theme;
    IconButton* m_reply;
    IconButton* m_more;
};

} // namespace impulse::ui
