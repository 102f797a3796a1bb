#include "client/ui/chat/ChatFilter.h"
#include "client/ui/chat/ChatListView.h"
#include "client/ui/chat/Composer.h"
#include "client/ui/chat/ConversationView.h"
#include "client/ui/chat/MainWindow.h"
#include "client/ui/chat/MessageListView.h"
#include "client/ui/chat/SearchField.h"
#include "client/ui/chat/SidePane.h"
#include "client/ui/dialogs/ConfirmDialog.h"
#include "client/ui/widgets/Menu.h"

#include <QActionGroup>
#include <QApplication>
#include <QShortcut>

/// Menus and shortcuts of the main window (design section 5).
namespace impulse::ui {

using client::ChatItem;

void MainWindow::addShortcut(const QKeySequence& keys, void (MainWindow::*slot)())
{
    auto* shortcut = new QShortcut(keys, this);
    connect(shortcut, &QShortcut::activated, this, slot);
}

void MainWindow::addShortcuts()
{
    addShortcut(Qt::CTRL | Qt::Key_N, &MainWindow::newChatWanted);
    addShortcut(Qt::CTRL | Qt::Key_K, &MainWindow::focusSearch);
    addShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_F, &MainWindow::focusSearch);
    addShortcut(Qt::ALT | Qt::Key_Down, &MainWindow::nextChat);
    addShortcut(Qt::ALT | Qt::Key_Up, &MainWindow::previousChat);
    addShortcut(Qt::CTRL | Qt::Key_PageDown, &MainWindow::nextChat);
    addShortcut(Qt::CTRL | Qt::Key_PageUp, &MainWindow::previousChat);
    addShortcut(Qt::ALT | Qt::SHIFT | Qt::Key_Down, &MainWindow::nextUnread);
    addShortcut(Qt::ALT | Qt::SHIFT | Qt::Key_Up, &MainWindow::previousUnread);
    addShortcut(Qt::CTRL | Qt::Key_Tab, &MainWindow::nextRecent);
    addShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_Backtab, &MainWindow::previousRecent);
    addShortcut(Qt::Key_F6, &MainWindow::nextPane);
    addShortcut(Qt::SHIFT | Qt::Key_F6, &MainWindow::previousPane);
    addShortcut(Qt::Key_Escape, &MainWindow::escape);
    addShortcut(Qt::ALT | Qt::Key_Left, &MainWindow::back);
    addShortcut(Qt::CTRL | Qt::Key_Up, &MainWindow::replyUp);
    addShortcut(Qt::CTRL | Qt::Key_Down, &MainWindow::replyDown);
    addShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_M, &MainWindow::toggleMute);
    addShortcut(Qt::CTRL | Qt::Key_Plus, &MainWindow::largerText);
    addShortcut(Qt::CTRL | Qt::Key_Equal, &MainWindow::largerText);
    addShortcut(Qt::CTRL | Qt::Key_Minus, &MainWindow::smallerText);
    addShortcut(Qt::CTRL | Qt::Key_0, &MainWindow::normalText);
    for (int n = 0; n < 9; ++n) {
        auto* shortcut = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_1 + n)), this);
        connect(shortcut, &QShortcut::activated, this, [this, n] {
            if (n < m_side->list().filter().rowCount())
                openConversation(m_side->list().filter().at(n).id);
        });
    }
}

void MainWindow::focusSearch()
{
    if (m_onePane && m_open)
        closeConversation();
    m_side->focusSearch();
}

void MainWindow::replyUp()
{
    if (m_open)
        m_conversation->replyStep(-1);
}

void MainWindow::replyDown()
{
    if (m_open)
        m_conversation->replyStep(1);
}

void MainWindow::toggleMute()
{
    if (const ChatItem* chat = m_open ? m_chats.find(*m_open) : nullptr)
        Q_EMIT muteChanged(*m_open, !chat->muted);
}

void MainWindow::scaleText(double difference)
{
    m_theme.setTextScale(difference == 0 ? 1 : m_theme.textScale() + difference);
    Q_EMIT textScaleChosen(m_theme.textScale());
}

/// The list comes back with the row still chosen and focused.
void MainWindow::back()
{
    if (!m_open || !m_onePane)
        return;
    const ConversationId id = *m_open;
    closeConversation();
    const QModelIndex row = m_side->list().filter().indexOf(id);
    if (row.isValid())
        m_side->list().selectionModel()->setCurrentIndex(row, QItemSelectionModel::NoUpdate);
    m_side->list().setFocus(Qt::ShortcutFocusReason);
}

/// Closes the nearest thing: search text, strip, then the chat in one pane.
void MainWindow::escape()
{
    SearchField& search = m_side->search();
    if (search.isVisible() && !search.text().isEmpty()) {
        search.clear();
        return;
    }
    if (search.hasFocus()) {
        if (m_open && !m_onePane)
            m_conversation->focusFirst();
        else
            m_side->list().setFocus(Qt::ShortcutFocusReason);
        return;
    }
    if (!m_open || m_conversation->leaveMode())
        return;
    if (m_onePane)
        back();
    else
        m_conversation->focusFirst();
}

void MainWindow::step(int direction, bool unreadOnly)
{
    const ChatFilter& rows = m_side->list().filter();
    const int count = rows.rowCount();
    const QModelIndex open = m_open ? rows.indexOf(*m_open) : QModelIndex();
    int row = open.isValid() ? open.row() : (direction > 0 ? -1 : count);
    for (row += direction; row >= 0 && row < count; row += direction) {
        if (unreadOnly && rows.at(row).unread == 0)
            continue;
        openConversation(rows.at(row).id);
        return;
    }
}

/// Ctrl+Tab goes to the chat before; the order is that of the last visits.
void MainWindow::recent(int direction)
{
    std::erase_if(m_recent, [this](const ConversationId& id) { return !m_chats.find(id); });
    if (m_recent.size() < 2)
        return;
    openConversation(direction > 0 ? m_recent[1] : m_recent.back());
}

void MainWindow::cyclePane(int direction)
{
    std::vector<QWidget*> panes{&m_side->list()};
    if (m_open) {
        panes.push_back(&m_conversation->messages());
        if (m_conversation->composer().isWritable())
            panes.push_back(&m_conversation->composer().field());
    }
    std::erase_if(panes, [](QWidget* pane) { return !pane->isVisible(); });
    if (panes.empty())
        return;
    const auto now = std::ranges::find_if(
        panes, [](QWidget* pane) { return pane == QApplication::focusWidget(); });
    const auto count = static_cast<std::ptrdiff_t>(panes.size());
    const auto at = now == panes.end() ? (direction > 0 ? -1 : 0) : now - panes.begin();
    panes[static_cast<std::size_t>((at + direction + count) % count)]->setFocus(
        Qt::ShortcutFocusReason);
}

void MainWindow::confirmBlock(const ChatItem& chat)
{
    auto* dialog = new ConfirmDialog(
        m_theme,
        {tr("Block %1?").arg(chat.title),
         tr("They can no longer write to you or see when you are online. They are not told."),
         tr("Block")},
        true, this);
    connect(dialog, &QDialog::accepted, this,
            [this, person = chat.peer] { Q_EMIT blockPerson(person); });
    dialog->open();
}

void MainWindow::showChatMenu(const ConversationId& id, const QPoint& place)
{
    const ChatItem* chat = m_chats.find(id);
    if (!chat)
        return;
    auto* menu = new Menu(m_theme, this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto add = [this, menu](const char* icon, const QString& text, auto act,
                                  bool destructive = false) {
        connect(menu->addAction(QLatin1String(icon), text, destructive), &QAction::triggered, this,
                std::move(act));
    };
    const UserId peer = chat->peer;
    if (chat->request) {
        add("check", tr("Accept"), [this, peer] { Q_EMIT acceptRequest(peer); });
    } else {
        add("person", tr("Profile"), [this, peer] { Q_EMIT profileWanted(peer); });
        add("pin", chat->pinned ? tr("Unpin") : tr("Pin"),
            [this, id, pin = !chat->pinned] { Q_EMIT pinChanged(id, pin); });
        add(chat->muted ? "bell" : "bell-off", chat->muted ? tr("Unmute") : tr("Mute"),
            [this, id, mute = !chat->muted] { Q_EMIT muteChanged(id, mute); });
    }
    menu->addSeparator();
    if (chat->blocked) {
        add("block", tr("Unblock"), [this, peer] { Q_EMIT unblockPerson(peer); });
    } else {
        const auto block = [this, id] {
            if (const ChatItem* still = m_chats.find(id))
                confirmBlock(*still);
        };
        add("block", tr("Block…"), block, true);
    }
    menu->popup(place);
}

void MainWindow::showAccountMenu(const QPoint& place)
{
    auto* menu = new Menu(m_theme, this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto add = [this, menu](const char* icon, const QString& text,
                                  void (MainWindow::*signal)(), bool destructive = false) {
        connect(menu->addAction(QLatin1String(icon), text, destructive), &QAction::triggered, this,
                signal);
    };
    add("person", tr("Profile and status…"), &MainWindow::ownProfileWanted);
    // Without an icon: the mark stands in its place.
    QAction* lastSeen = menu->addAction(tr("Show when I was last online"));
    lastSeen->setCheckable(true);
    lastSeen->setChecked(m_showsLastSeen);
    connect(lastSeen, &QAction::triggered, this, [this](bool show) {
        m_showsLastSeen = show;
        Q_EMIT showLastSeenChosen(show);
    });
    addThemeMenu(*menu);
    addLanguageMenu(*menu);
    menu->addSeparator();
    add("lock", tr("Change password…"), &MainWindow::passwordChangeWanted);
    add("key", tr("New recovery code…"), &MainWindow::newRecoveryCodeWanted);
    menu->addSeparator();
    add("log-out", tr("Sign out…"), &MainWindow::signOutWanted);
    add("trash", tr("Delete account…"), &MainWindow::accountDeletionWanted, true);
    menu->popup(place);
}

void MainWindow::addThemeMenu(Menu& menu)
{
    Menu* themes = menu.addMenu(QLatin1String(m_theme.isDark() ? "moon" : "sun"), tr("Theme"));
    auto* group = new QActionGroup(themes);
    const auto add = [&](const QString& name, ThemeMode mode) {
        QAction* action = themes->addAction(name, this, [this, mode] {
            m_theme.setMode(mode);
            Q_EMIT themeChosen(mode);
        });
        action->setCheckable(true);
        action->setChecked(m_theme.mode() == mode);
        group->addAction(action);
    };
    add(tr("As the system"), ThemeMode::System);
    add(tr("Light"), ThemeMode::Light);
    add(tr("Dark"), ThemeMode::Dark);
}

void MainWindow::addLanguageMenu(Menu& menu)
{
    Menu* languages = menu.addMenu(QLatin1String("globe"), tr("Language"));
    auto* group = new QActionGroup(languages);
    const auto add = [&](const QString& name, Language language) {
        QAction* action = languages->addAction(
            name, this, [this, language] { Q_EMIT languageChosen(language); });
        action->setCheckable(true);
        action->setChecked(m_language == language);
        group->addAction(action);
    };
    add(QStringLiteral("English"), Language::English);
    add(QStringLiteral("Русский"), Language::Russian);
}

} // namespace impulse::ui
