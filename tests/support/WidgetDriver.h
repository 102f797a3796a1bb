#pragma once

#include "tests/support/LineChannel.h"

#include <QJsonObject>
#include <QObject>
#include <QPointer>

#include <functional>

class QAbstractItemView;
class QWidget;

namespace impulse::test {

/// Drives the windows of this process as a person does: by mouse and key events on visible widgets.
/// Commands come as one JSON object per line on standard input, each is answered by one line on
/// standard output: {"ok": true, …} or {"ok": false, "error": "…"}. Widgets are named by their
/// objectName. One command at a time. GUI thread.
///
/// | op | fields | does |
/// |---|---|---|
/// | wait | name, enabled?, ms? | until the widget is visible (and enabled) |
/// | gone | name, ms? | until no such widget is visible |
/// | click | name | a left click in the middle |
/// | type | name, text | focuses, then types each character |
/// | clear | name | selects everything and deletes it |
/// | key | name, keys | one key with modifiers, as QKeySequence writes it |
/// | text | name | → text of a label, field or editor, spoken: its accessible name |
/// | clipboard | | → text |
/// | row | name, text, ms? | clicks the row of a list whose spoken text contains `text` |
/// | menu | name, text, action | context menu of that row, then the entry with that text |
/// | popup | action | clicks an entry of the menu that is open |
/// | rows | name | → rows: the spoken text of every row |
/// | grab | name, file | saves a picture of the widget's window |
/// | names | | → names of all visible widgets that have one |
class WidgetDriver : public QObject {
    Q_OBJECT
public:
    explicit WidgetDriver(QObject* parent = nullptr);

private:
    using Try = std::function<bool(QJsonObject& answer)>;

    void run(const QJsonObject& command);
    void answer(const QJsonObject& answer);
    void fail(const QString& why);
    /// Calls `attempt` until it returns true, or answers `why` after the command's time.
    void retry(const QJsonObject& command, const QString& why, Try attempt);
    void typeText(QWidget* widget, const QString& text);
    bool clickRow(const QJsonObject& command, Qt::MouseButton button);
    void openMenu(const QJsonObject& command);
    void clickMenu(const QJsonObject& command);

    LineChannel m_channel;
};

} // namespace impulse::test
