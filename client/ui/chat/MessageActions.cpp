#include "client/ui/chat/MessageActions.h"

#include "client/ui/chat/ChatWords.h"
#include "client/ui/chat/MessageDelegate.h"
#include "client/ui/chat/MessageDetails.h"
#include "client/ui/chat/MessageListView.h"
#include "client/ui/dialogs/ConfirmDialog.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Menu.h"

#include <QAction>
#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>

namespace impulse::ui {

using client::MessageItem;
using client::MessageKind;
using client::MessageState;

namespace {

bool isUnsent(const MessageItem& item)
{
    return item.outgoing
        && (item.state == MessageState::Failed || item.state == MessageState::Held);
}

} // namespace

MessageActions::MessageActions(Theme& theme, client::MessageListModel& messages,
                               MessageListView& view)
    : QObject(&view), m_theme(theme), m_messages(messages), m_view(view),
      m_reply(shortcut(QKeySequence(Qt::Key_R), &MessageActions::replyTo)),
      m_edit(shortcut(QKeySequence(Qt::Key_E), &MessageActions::editRow)),
      m_copy(shortcut(QKeySequence(QKeySequence::Copy), &MessageActions::copyRow)),
      m_remove(shortcut(QKeySequence(Qt::Key_Delete), &MessageActions::removeRow)),
      m_details(shortcut(QKeySequence(Qt::ALT | Qt::Key_Return), &MessageActions::showDetails))
{
    connect(&view, &MessageListView::menuWanted, this, &MessageActions::showMenu);
    connect(&view, &MessageListView::replyWanted, this, &MessageActions::replyTo);
    connect(&view, &MessageListView::partActivated, this, &MessageActions::activate);
    retranslate();
}

void MessageActions::retranslate()
{
    m_reply->setText(tr("Reply"));
    m_edit->setText(tr("Edit"));
    m_copy->setText(tr("Copy text"));
    m_details->setText(tr("Details"));
    m_remove->setText(tr("Delete for everyone…"));
}

/// An action of the list that works on the row with the focus. Shortcuts, not key comparisons:
/// they work in every keyboard layout.
QAction* MessageActions::shortcut(const QKeySequence& keys, void (MessageActions::*slot)(int))
{
    auto* action = new QAction(this);
    action->setShortcut(keys);
    action->setShortcutContext(Qt::WidgetShortcut);
    m_view.addAction(action);
    connect(action, &QAction::triggered, this, [this, slot] {
        if (m_view.currentRow() >= 0)
            (this->*slot)(m_view.currentRow());
    });
    return action;
}

bool MessageActions::canReply(const MessageItem& item)
{
    return item.kind == MessageKind::Text && !isUnsent(item)
        && item.state != MessageState::Pending;
}

bool MessageActions::canEdit(const MessageItem& item)
{
    return item.outgoing && canReply(item);
}

bool MessageActions::canDelete(const MessageItem& item)
{
    return item.outgoing && (item.kind == MessageKind::Text || isUnsent(item))
        && item.state != MessageState::Pending;
}

void MessageActions::sendAgain(const MessageId& id, bool held)
{
    if (held) {
        Q_EMIT sendAnyway();
    } else {
        Q_EMIT retry(id);
    }
}

void MessageActions::showMenu(int row, const QPoint& place)
{
    if (row < 0 || row >= m_messages.rowCount())
        return;
    const MessageItem& item = m_messages.at(row);
    if (item.kind == MessageKind::System || item.kind == MessageKind::Missing)
        return;
    m_view.setCurrentIndex(m_messages.index(row));
    auto* menu = new Menu(m_theme, &m_view);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto add = [menu](QAction* action, const char* icon) {
        menu->add(action, QLatin1String(icon));
    };
    if (isUnsent(item)) {
        const MessageId id = item.id;
        const bool held = item.state == MessageState::Held;
        connect(menu->addAction(QLatin1String(held ? "send" : "retry"), ChatWords::retry(item)),
                &QAction::triggered, this, [this, id, held] { sendAgain(id, held); });
    }
    if (m_writable && canReply(item))
        add(m_reply, "reply");
    if (m_writable && canEdit(item))
        add(m_edit, "edit");
    if (item.kind == MessageKind::Text)
        add(m_copy, "copy");
    addLinks(*menu, row);
    if (item.reply && item.kind == MessageKind::Text)
        connect(menu->addAction(QLatin1String("eye"), tr("Show the message replied to")),
                &QAction::triggered, this,
                [this, id = item.id] { goToReplied(m_messages.rowOf(id)); });
    add(m_details, "info");
    if (m_writable && canDelete(item)) {
        menu->addSeparator();
        m_remove->setText(isUnsent(item) ? ChatWords::remove() : tr("Delete for everyone…"));
        menu->add(m_remove, QLatin1String("trash"), true);
    }
    menu->popup(place);
}

void MessageActions::addLinks(Menu& menu, int row)
{
    const auto& links = static_cast<MessageDelegate*>(m_view.itemDelegate())->layout(row).links();
    for (const QUrl& link : links) {
        const QString shown = link.toDisplayString().left(48);
        connect(menu.addAction(QLatin1String("link"), tr("Open %1").arg(shown)),
                &QAction::triggered, this, [link] { QDesktopServices::openUrl(link); });
        connect(menu.addAction(QLatin1String("copy"), tr("Copy %1").arg(shown)),
                &QAction::triggered, this, [link] {
                    QGuiApplication::clipboard()->setText(link.toString(QUrl::FullyEncoded));
                });
    }
}

void MessageActions::activate(int row, const MessageHit& hit)
{
    const MessageItem& item = m_messages.at(row);
    switch (hit.part) {
    case MessagePart::Link:
        QDesktopServices::openUrl(hit.link);
        break;
    case MessagePart::Edited:
        showDetails(row);
        break;
    case MessagePart::Reply:
        goToReplied(row);
        break;
    case MessagePart::Retry:
        sendAgain(item.id, item.state == MessageState::Held);
        break;
    case MessagePart::Delete:
        removeRow(row);
        break;
    case MessagePart::None:
    case MessagePart::Bubble:
        break;
    }
}

void MessageActions::replyTo(int row)
{
    if (m_writable && row >= 0 && canReply(m_messages.at(row)))
        Q_EMIT reply(m_messages.at(row));
}

void MessageActions::editRow(int row)
{
    if (m_writable && canEdit(m_messages.at(row)))
        Q_EMIT edit(m_messages.at(row));
}

void MessageActions::copyRow(int row)
{
    if (m_messages.at(row).kind == MessageKind::Text)
        QGuiApplication::clipboard()->setText(m_messages.at(row).text);
}

void MessageActions::removeRow(int row)
{
    const MessageItem& item = m_messages.at(row);
    if (!m_writable || !canDelete(item))
        return;
    const MessageId id = item.id;
    if (isUnsent(item)) {
        Q_EMIT cancel(id);
        return;
    }
    auto* dialog = new ConfirmDialog(
        m_theme,
        {tr("Delete this message?"),
         tr("It is removed for everyone in this chat. People may already have seen it."),
         tr("Delete")},
        true, m_view.window());
    connect(dialog, &QDialog::accepted, this, [this, id] { Q_EMIT removeForEveryone(id); });
    dialog->open();
}

void MessageActions::showDetails(int row)
{
    const MessageItem& item = m_messages.at(row);
    if (item.kind != MessageKind::System && item.kind != MessageKind::Missing)
        (new MessageDetails(m_theme, item, m_view.window()))->open();
}

void MessageActions::goToReplied(int row)
{
    if (row >= 0 && m_messages.at(row).reply)
        m_view.showMessage(m_messages.at(row).reply->id);
}

} // namespace impulse::ui
