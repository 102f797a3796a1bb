#include "client/ui/chat/MainWindow.h"

#include "client/ui/chat/Announcer.h"
#include "client/ui/chat/ChatFilter.h"
#include "client/ui/chat/ChatListView.h"
#include "client/ui/chat/ChatWords.h"
#include "client/ui/chat/Composer.h"
#include "client/ui/chat/ConversationHeader.h"
#include "client/ui/chat/ConversationView.h"
#include "client/ui/chat/EmptyViews.h"
#include "client/ui/chat/MessageListView.h"
#include "client/ui/chat/SidePane.h"

#include <QCloseEvent>
#include <QDataStream>
#include <QHBoxLayout>
#include <QSplitter>
#include <QStackedWidget>

namespace impulse::ui {

using client::ChatItem;
using client::ConnectionState;

namespace {

constexpr int onePaneBelow = 720;
constexpr quint32 layoutVersion = 1;

} // namespace

MainWindow::MainWindow(Theme& theme, client::ChatListModel& chats,
                       client::MessageListModel& messages, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_chats(chats), m_messages(messages),
      m_splitter(new QSplitter(this)), m_side(new SidePane(theme, chats, m_splitter)),
      m_pages(new QStackedWidget(m_splitter)), m_firstRun(new FirstRun(theme, m_pages)),
      m_nothing(new EmptySelection(theme, m_pages)),
      m_conversation(new ConversationView(theme, messages, m_pages)),
      m_announcer(new Announcer(this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(QStringLiteral("Impulse"));
    setMinimumSize(380, 520);
    resize(1120, 760);
    m_pages->addWidget(m_firstRun);
    m_pages->addWidget(m_nothing);
    m_pages->addWidget(m_conversation);
    m_splitter->setHandleWidth(0);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_splitter);
    connectSide();
    connectConversation();
    addShortcuts();
    for (auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&chats, signal, this, &MainWindow::onChatsChanged);
    connect(&chats, &QAbstractItemModel::modelReset, this, &MainWindow::onChatsChanged);
    connect(&chats, &QAbstractItemModel::rowsMoved, this, &MainWindow::onChatsChanged);
    connect(&chats, &QAbstractItemModel::dataChanged, this, &MainWindow::onChatsChanged);
    connect(&messages, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int last) { onMessagesInserted(first, last); });
    connect(&theme, &Theme::changed, this, &MainWindow::updatePanes);
    updatePages();
}

void MainWindow::connectSide()
{
    connect(m_side, &SidePane::newChatWanted, this, &MainWindow::newChatWanted);
    connect(m_firstRun, &FirstRun::findPeopleClicked, this, &MainWindow::newChatWanted);
    connect(m_firstRun, &FirstRun::accountMenuWanted, this, &MainWindow::showAccountMenu);
    connect(m_firstRun, &FirstRun::newCodeClicked, this, &MainWindow::newRecoveryCodeWanted);
    connect(m_side, &SidePane::tryNowClicked, this, &MainWindow::retryConnection);
    connect(m_side, &SidePane::decideClicked, this,
            [this] { Q_EMIT serverDecisionWanted(m_question); });
    connect(m_side, &SidePane::accountMenuWanted, this, &MainWindow::showAccountMenu);
    connect(&m_side->list(), &ChatListView::menuWanted, this, &MainWindow::showChatMenu);
    connect(&m_side->list(), &ChatListView::chatChosen, this, &MainWindow::openConversation);
}

void MainWindow::connectConversation()
{
    ConversationView& view = *m_conversation;
    connect(&view, &ConversationView::sendText, this,
            [this](const QString& text, const std::optional<MessageId>& replyTo) {
                Q_EMIT sendText(*m_open, text, replyTo);
            });
    connect(&view, &ConversationView::editText, this,
            [this](const MessageId& message, const QString& text) {
                Q_EMIT editText(*m_open, message, text);
            });
    connect(&view, &ConversationView::deleteMessage, this,
            [this](const MessageId& message) { Q_EMIT deleteMessage(*m_open, message); });
    connect(&view, &ConversationView::retryMessage, this,
            [this](const MessageId& message) { Q_EMIT retryMessage(*m_open, message); });
    connect(&view, &ConversationView::cancelMessage, this,
            [this](const MessageId& message) { Q_EMIT cancelMessage(*m_open, message); });
    connect(&view, &ConversationView::draftChanged, this, [this](const QString& text) {
        m_drafts[*m_open] = text;
        Q_EMIT draftChanged(*m_open, text);
    });
    connect(&view, &ConversationView::typingChanged, this, [this](bool typing) {
        if (m_open)
            Q_EMIT typingChanged(*m_open, typing);
    });
    const auto peer = [this] { return m_chats.find(*m_open); };
    connect(&view, &ConversationView::acceptClicked, this,
            [this, peer] { Q_EMIT acceptRequest(peer()->peer); });
    connect(&view, &ConversationView::blockClicked, this,
            [this, peer] { confirmBlock(*peer()); });
    connect(&view, &ConversationView::unblockClicked, this,
            [this, peer] { Q_EMIT unblockPerson(peer()->peer); });
    connect(&view, &ConversationView::identityAccepted, this,
            [this, peer](bool verified) { Q_EMIT acceptIdentity(peer()->peer, verified); });
    connect(&view, &ConversationView::endSeen, this, &MainWindow::markReadIfSeen,
            Qt::QueuedConnection);
    ConversationHeader& header = view.header();
    connect(&header, &ConversationHeader::backClicked, this, &MainWindow::back);
    connect(&header, &ConversationHeader::profileClicked, this,
            [this, peer] { Q_EMIT profileWanted(peer()->peer); });
    connect(&header, &ConversationHeader::menuWanted, this,
            [this](const QPoint& place) { showChatMenu(*m_open, place); });
}

void MainWindow::setOwnUser(const OwnUser& user)
{
    m_side->setOwnUser(user);
    m_firstRun->setUser(user);
}

void MainWindow::setRecoverySaved(bool saved)
{
    m_firstRun->setRecoverySaved(saved);
}

void MainWindow::setConnection(ConnectionState state, std::uint64_t nextTryMs,
                               const QString& problem)
{
    const bool wasUsable
        = m_connection == ConnectionState::Online || m_connection == ConnectionState::Updating;
    const bool usable = state == ConnectionState::Online || state == ConnectionState::Updating;
    if (isVisible() && wasUsable && state == ConnectionState::Offline)
        m_announcer->announce(tr("Connection lost."));
    if (isVisible() && !wasUsable && usable)
        m_announcer->announce(tr("Connected again."));
    m_connection = state;
    m_side->setConnection(state, nextTryMs, problem);
    m_firstRun->setOnline(usable);
    m_conversation->header().setConnection(state);
}

void MainWindow::setServerQuestion(ServerQuestion question)
{
    if (isVisible() && question != m_question && question != ServerQuestion::None)
        m_announcer->announce(tr("Your server was restored. You have to decide."));
    m_question = question;
    m_side->setServerQuestion(question);
}

void MainWindow::setPerson(const client::PersonItem& person)
{
    const ChatItem* chat = m_open ? m_chats.find(*m_open) : nullptr;
    if (chat && chat->peer == person.id)
        m_conversation->setPerson(person);
}

void MainWindow::setDraft(const ConversationId& id, const QString& text)
{
    m_drafts[id] = text;
    Composer& composer = m_conversation->composer();
    if (m_open == id && composer.mode() == Composer::Mode::Write && composer.isFieldEmpty())
        composer.open(text);
}

void MainWindow::flushDraft()
{
    m_conversation->composer().flushDraft();
}

// --- The open conversation ----------------------------------------------------------------------

bool MainWindow::openConversation(const ConversationId& id)
{
    const ChatItem* chat = m_chats.find(id);
    if (!chat)
        return false;
    if (m_open != id) {
        flushDraft();
        m_conversation->composer().open({});
        m_open = id;
        m_markedRead.reset();
        std::erase(m_recent, id);
        m_recent.insert(m_recent.begin(), id);
        m_messages.setConversation(id);
        m_conversation->open(*chat, m_drafts[id]);
        Q_EMIT conversationOpened(id);
    }
    onChatsChanged();
    updatePanes();
    m_conversation->focusFirst();
    return true;
}

void MainWindow::closeConversation()
{
    if (!m_open)
        return;
    flushDraft();
    m_conversation->close();
    m_open.reset();
    m_messages.setConversation({});
    m_side->list().clearSelection();
    updatePages();
    updatePanes();
    Q_EMIT conversationClosed();
}

void MainWindow::onChatsChanged()
{
    if (m_open) {
        const ChatItem* chat = m_chats.find(*m_open);
        if (!chat) {
            closeConversation();
        } else {
            m_conversation->setChat(*chat);
            const QModelIndex index = m_side->list().filter().indexOf(*m_open);
            if (index.isValid() && (m_side->list().currentIndex() != index
                                    || !m_side->list().selectionModel()->isSelected(index)))
                m_side->list().setCurrentIndex(index);
        }
    }
    updatePages();
}

void MainWindow::onMessagesInserted(int first, int last)
{
    if (first == last && last == m_messages.rowCount() - 1 && !m_messages.at(last).outgoing
        && m_messages.rowCount() > 1 && isVisible())
        m_announcer->announce(ChatWords::messageSentence(m_messages.at(last)));
    QMetaObject::invokeMethod(this, &MainWindow::markReadIfSeen, Qt::QueuedConnection);
}

void MainWindow::markReadIfSeen()
{
    if (!m_open || !isActiveWindow() || !m_conversation->seesEnd())
        return;
    // The newest message of the other side; own ones need no mark.
    for (int row = m_messages.rowCount() - 1; row >= 0; --row) {
        const client::MessageItem& item = m_messages.at(row);
        if (item.outgoing)
            continue;
        if (m_markedRead == item.id)
            return;
        m_markedRead = item.id;
        Q_EMIT markRead(*m_open, item.id);
        return;
    }
}

void MainWindow::updatePages()
{
    if (m_open)
        m_pages->setCurrentWidget(m_conversation);
    else if (m_chats.rowCount() == 0)
        m_pages->setCurrentWidget(m_firstRun);
    else
        m_pages->setCurrentWidget(m_nothing);
}

// --- Layout -------------------------------------------------------------------------------------

void MainWindow::updatePanes()
{
    const double grow = std::min(1.5, std::max(1.0, m_theme.scale()));
    m_onePane = width() < int(onePaneBelow * grow);
    const bool firstRun = m_chats.rowCount() == 0;
    m_side->setVisible(!m_onePane || (!m_open && !firstRun));
    m_firstRun->setAlone(m_onePane);
    m_pages->setVisible(!m_onePane || m_open || firstRun);
    m_conversation->header().setBackVisible(m_onePane);
    const Metrics& metrics = m_theme.metrics();
    m_side->setMinimumWidth(m_onePane ? 0 : metrics.sidebarMinimum);
    m_side->setMaximumWidth(m_onePane ? QWIDGETSIZE_MAX : metrics.sidebarMaximum);
    if (!m_onePane && !m_sideSized) {
        m_sideSized = true;
        const int side = std::min(metrics.sidebarMaximum, m_theme.pxCapped(metrics.sidebarWidth));
        m_splitter->setSizes({side, width() - side});
    }
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    updatePanes();
}

void MainWindow::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    updatePanes();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    flushDraft();
    QWidget::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::ActivationChange) {
        if (isActiveWindow())
            markReadIfSeen();
        else
            flushDraft();
    }
    if (event->type() == QEvent::LanguageChange)
        onChatsChanged();
    QWidget::changeEvent(event);
}

QByteArray MainWindow::saveLayout() const
{
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << layoutVersion << saveGeometry() << m_splitter->saveState();
    return state;
}

void MainWindow::restoreLayout(const QByteArray& state)
{
    QDataStream stream(state);
    quint32 version = 0;
    QByteArray geometry;
    QByteArray splitter;
    stream >> version >> geometry >> splitter;
    if (stream.status() != QDataStream::Ok || version != layoutVersion)
        return;
    restoreGeometry(geometry);
    m_sideSized = m_splitter->restoreState(splitter);
}

} // namespace impulse::ui
