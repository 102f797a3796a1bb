#pragma once

#include "client/core/models/MessageItem.h"

#include <QTimer>
#include <QWidget>

#include <unordered_map>

class QVBoxLayout;

namespace impulse::ui {

class Button;
class ComposerField;
class ComposerStrip;
class IconButton;
class IconView;
class Label;
class Theme;

/// The bar under the messages (design 4.10): the field with its send button, the strip of a reply
/// or an edit above it, or one line in its place where nothing can be written. Each edit has a
/// draft of its own, so leaving the mode brings the conversation's text back. Main thread.
class Composer : public QWidget {
    Q_OBJECT

public:
    enum class Mode { Write, Reply, Edit };

    Composer(Theme& theme, QWidget* parent = nullptr);

    /// Another conversation: leaves the mode and shows its draft. What was typed before has been
    /// reported.
    void open(const QString& draft);
    void startReply(const client::MessageItem& message);
    void startEdit(const client::MessageItem& message);
    void leaveMode();
    Mode mode() const { return m_mode; }
    /// The message that is replied to or edited.
    const MessageId& target() const { return m_target.id; }
    /// The text of the conversation, also while a message is edited.
    QString draft() const;
    /// Reports a change that still waits for its time.
    void flushDraft();
    void insertText(const QString& text);
    bool isFieldEmpty() const;

    /// One line in place of the field; empty brings the field back. `action` and `icon` may be empty.
    void setBlockedLine(const QString& text, const QString& action,
                        QLatin1String icon = QLatin1String());
    bool isWritable() const;
    QWidget& field();

Q_SIGNALS:
    /// Enter, or the send button; never empty.
    void submitted(const QString& text);
    /// At most 300 ms after each change of the conversation's text.
    void draftChanged(const QString& text);
    void typingChanged(bool typing);
    void editLastWanted();
    void blockedActionClicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void onTextChanged();
    void submit();
    void setText(const QString& text);
    void setTyping(bool typing);
    void updateSend();
    void applyMetrics();
    void retranslate();

    Theme& m_theme;
    ComposerStrip* m_strip;
    QWidget* m_fieldBox;
    ComposerField* m_field;
    IconButton* m_send;
    QVBoxLayout* m_sendGap = nullptr;
    QWidget* m_blocked;
    IconView* m_blockedIcon;
    Label* m_blockedText;
    Button* m_blockedAction;
    Mode m_mode = Mode::Write;
    client::MessageItem m_target;
    QString m_stashed; ///< the conversation's text while a message is edited
    std::unordered_map<MessageId, QString, FixedHash> m_editDrafts;
    QTimer m_draftTimer;
    QTimer m_typingTimer;
    bool m_typing = false;
    bool m_silent = false;
};

/// What is replied to or edited, with a close button.
class ComposerStrip : public QWidget {
    Q_OBJECT

public:
    ComposerStrip(Theme& theme, QWidget* parent);
    void show(Composer::Mode mode, const client::MessageItem& message);

Q_SIGNALS:
    void closeClicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void retranslate();

    Theme& m_theme;
    IconButton* m_close;
    Composer::Mode m_mode = Composer::Mode::Reply;
    client::MessageItem m_message;
};

} // namespace impulse::ui
