#include "tests/support/WidgetDriver.h"

#include <QAbstractItemView>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTextEdit>
#include <QTimer>
#include <QTest>

namespace impulse::test {
namespace {

QString string(const QJsonObject& object, const char* key)
{
    return object[QLatin1String(key)].toString();
}

QWidget* findVisible(const QString& name)
{
    for (auto* widget : QApplication::allWidgets()) {
        if (widget->objectName() == name && widget->isVisible())
            return widget;
    }
    return nullptr;
}

/// Where typed text goes: the widget itself, or the line edit inside a labelled field.
QWidget* inputOf(QWidget* widget)
{
    if (widget->inherits("QLineEdit") || widget->inherits("QTextEdit")
        || widget->inherits("QPlainTextEdit"))
        return widget;
    if (auto* edit = widget->findChild<QLineEdit*>())
        return edit;
    return widget;
}

QString textOf(QWidget* outer)
{
    const auto* widget = inputOf(outer);
    if (const auto* label = qobject_cast<const QLabel*>(widget))
        return label->text();
    if (const auto* field = qobject_cast<const QLineEdit*>(widget))
        return field->text();
    if (const auto* editor = qobject_cast<const QPlainTextEdit*>(widget))
        return editor->toPlainText();
    if (const auto* editor = qobject_cast<const QTextEdit*>(widget))
        return editor->toPlainText();
    return widget->property("text").toString();
}

QString spoken(const QModelIndex& index)
{
    const auto text = index.data(Qt::AccessibleTextRole).toString();
    return text.isEmpty() ? index.data().toString() : text;
}

QModelIndex findRow(const QAbstractItemView& view, const QString& text)
{
    const auto* model = view.model();
    for (int row = model ? model->rowCount() - 1 : -1; row >= 0; --row) {
        const auto index = model->index(row, 0);
        if (spoken(index).contains(text))
            return index;
    }
    return {};
}

QString plain(QString actionText)
{
    actionText.remove(QLatin1Char('&'));
    return actionText.section(QLatin1Char('\t'), 0, 0);
}

} // namespace

WidgetDriver::WidgetDriver(QObject* parent) : QObject(parent)
{
    connect(&m_channel, &LineChannel::received, this, &WidgetDriver::run);
    connect(&m_channel, &LineChannel::ended, this, [] { QApplication::quit(); });
}

void WidgetDriver::answer(const QJsonObject& answer)
{
    m_channel.send(answer);
}

void WidgetDriver::fail(const QString& why)
{
    answer({{QStringLiteral("ok"), false}, {QStringLiteral("error"), why}});
}

void WidgetDriver::retry(const QJsonObject& command, const QString& why, Try attempt)
{
    auto* timer = new QTimer(this);
    QElapsedTimer clock;
    clock.start();
    const auto limit = command[QLatin1String("ms")].toInt(20'000);
    connect(timer, &QTimer::timeout, this, [this, timer, clock, limit, why, attempt] {
        QJsonObject result{{QStringLiteral("ok"), true}};
        const bool done = attempt(result);
        if (!done && clock.elapsed() < limit)
            return;
        timer->stop();
        timer->deleteLater();
        if (done)
            answer(result);
        else
            fail(why);
    });
    timer->start(20);
}

void WidgetDriver::typeText(QWidget* widget, const QString& text)
{
    widget->activateWindow();
    auto* target = inputOf(widget);
    target->setFocus(Qt::MouseFocusReason);
    for (const auto& character : text) {
        QKeyEvent press(QEvent::KeyPress, 0, Qt::NoModifier, QString(character));
        QKeyEvent release(QEvent::KeyRelease, 0, Qt::NoModifier, QString(character));
        QApplication::sendEvent(target, &press);
        QApplication::sendEvent(target, &release);
    }
}

bool WidgetDriver::clickRow(const QJsonObject& command, Qt::MouseButton button)
{
    auto* view = qobject_cast<QAbstractItemView*>(findVisible(string(command, "name")));
    const auto index = view ? findRow(*view, string(command, "text")) : QModelIndex();
    if (!index.isValid())
        return false;
    view->scrollTo(index);
    const auto point = view->visualRect(index).center();
    QTest::mouseClick(view->viewport(), button, {}, point);
    if (button == Qt::RightButton) {
        QContextMenuEvent event(QContextMenuEvent::Mouse, point,
                                view->viewport()->mapToGlobal(point));
        QApplication::sendEvent(view->viewport(), &event);
    }
    return true;
}

void WidgetDriver::clickMenu(const QJsonObject& command)
{
    const auto wanted = string(command, "action");
    retry(command, QStringLiteral("no menu entry ") + wanted, [wanted](QJsonObject&) {
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        if (!menu)
            return false;
        for (auto* action : menu->actions()) {
            if (plain(action->text()) != wanted || !action->isEnabled())
                continue;
            // The click may start a dialog: it runs from the event loop, not from here.
            QTimer::singleShot(0, menu, [menu, action] {
                QTest::mouseClick(menu, Qt::LeftButton, {},
                                  menu->actionGeometry(action).center());
            });
            return true;
        }
        return false;
    });
}

void WidgetDriver::openMenu(const QJsonObject& command)
{
    QElapsedTimer clock;
    clock.start();
    auto* timer = new QTimer(this);
    connect(timer, &QTimer::timeout, this, [this, timer, clock, command] {
        const bool done = clickRow(command, Qt::RightButton);
        if (!done && clock.elapsed() < command[QLatin1String("ms")].toInt(20'000))
            return;
        timer->stop();
        timer->deleteLater();
        if (done)
            clickMenu(command);
        else
            fail(QStringLiteral("no such row"));
    });
    timer->start(20);
}

void WidgetDriver::run(const QJsonObject& command)
{
    const auto op = string(command, "op");
    const auto name = string(command, "name");
    const QString missing = QStringLiteral("no visible widget ") + name;
    if (op == QLatin1String("wait")) {
        const bool enabled = command[QLatin1String("enabled")].toBool(true);
        retry(command, missing, [name, enabled](QJsonObject&) {
            const auto* widget = findVisible(name);
            return widget && (!enabled || widget->isEnabled());
        });
    } else if (op == QLatin1String("gone")) {
        retry(command, name + QStringLiteral(" is still there"),
              [name](QJsonObject&) { return !findVisible(name); });
    } else if (op == QLatin1String("click")) {
        retry(command, missing, [name](QJsonObject&) {
            auto* widget = findVisible(name);
            if (!widget || !widget->isEnabled())
                return false;
            QPointer<QWidget> target = widget;
            QTimer::singleShot(0, widget, [target] {
                QTest::mouseClick(target, Qt::LeftButton, {}, target->rect().center());
            });
            return true;
        });
    } else if (op == QLatin1String("type") || op == QLatin1String("clear")) {
        const auto text = string(command, "text");
        retry(command, missing, [this, name, op, text](QJsonObject&) {
            auto* widget = findVisible(name);
            if (!widget || !widget->isEnabled())
                return false;
            if (op == QLatin1String("clear")) {
                auto* input = inputOf(widget);
                input->setFocus(Qt::MouseFocusReason);
                QTest::keyClick(input, Qt::Key_A, Qt::ControlModifier);
                QTest::keyClick(input, Qt::Key_Delete);
            } else {
                typeText(widget, text);
            }
            return true;
        });
    } else if (op == QLatin1String("key")) {
        const auto keys = QKeySequence(string(command, "keys"));
        retry(command, missing, [name, keys](QJsonObject&) {
            QPointer<QWidget> widget = findVisible(name);
            if (!widget)
                return false;
            QPointer<QWidget> input = inputOf(widget);
            input->setFocus(Qt::MouseFocusReason);
            const auto combination = keys[0];
            QTimer::singleShot(0, input, [input, combination] {
                QTest::keyClick(input, combination.key(), combination.keyboardModifiers());
            });
            return true;
        });
    } else if (op == QLatin1String("text")) {
        retry(command, missing, [name](QJsonObject& result) {
            auto* widget = findVisible(name);
            if (!widget)
                return false;
            result.insert(QStringLiteral("text"), textOf(widget));
            result.insert(QStringLiteral("spoken"), inputOf(widget)->accessibleName());
            result.insert(QStringLiteral("described"), inputOf(widget)->accessibleDescription());
            return true;
        });
    } else if (op == QLatin1String("row")) {
        retry(command, QStringLiteral("no row with ") + string(command, "text"),
              [this, command](QJsonObject&) { return clickRow(command, Qt::LeftButton); });
    } else if (op == QLatin1String("menu")) {
        openMenu(command);
    } else if (op == QLatin1String("popup")) {
        clickMenu(command);
    } else if (op == QLatin1String("rows")) {
        retry(command, missing, [name](QJsonObject& result) {
            const auto* view = qobject_cast<QAbstractItemView*>(findVisible(name));
            if (!view || !view->model())
                return false;
            QJsonArray rows;
            for (int row = 0; row < view->model()->rowCount(); ++row)
                rows.append(spoken(view->model()->index(row, 0)));
            result.insert(QStringLiteral("rows"), rows);
            return true;
        });
    } else if (op == QLatin1String("grab")) {
        const auto file = string(command, "file");
        retry(command, missing, [name, file](QJsonObject&) {
            auto* widget = findVisible(name);
            return widget && widget->window()->grab().save(file);
        });
    } else if (op == QLatin1String("clipboard")) {
        answer({{QStringLiteral("ok"), true},
                {QStringLiteral("text"), QGuiApplication::clipboard()->text()}});
    } else if (op == QLatin1String("names")) {
        QJsonArray names;
        for (const auto* widget : QApplication::allWidgets()) {
            if (widget->isVisible() && !widget->objectName().isEmpty())
                names.append(widget->objectName());
        }
        answer({{QStringLiteral("ok"), true}, {QStringLiteral("names"), names}});
    } else {
        fail(QStringLiteral("unknown op ") + op);
    }
}

} // namespace impulse::test
