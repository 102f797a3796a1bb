#include "client/ui/chat/ConversationView.h"

#include "client/ui/chat/Composer.h"
#include "client/ui/chat/ConversationHeader.h"
#include "client/ui/chat/EmptyViews.h"
#include "client/ui/chat/MessageActions.h"
#include "client/ui/chat/MessageListView.h"
#include "client/ui/dialogs/ConfirmDialog.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Banner.h"
#include "client/ui/widgets/Button.h"

#include <QEvent>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace impulse::ui {

using client::ChatItem;
using client::IdentityState;
using client::MessageItem;

ConversationView::ConversationView(Theme& theme, client::MessageListModel& messages,
                                   QWidget* parent)
    : QWidget(parent), m_theme(theme), m_model(messages),
      m_header(new ConversationHeader(theme, this)),
      m_identity(new Banner(theme, Banner::Kind::Warning, Banner::Shape::Bar, this)),
      m_sendAnyway(new Button(theme, Button::Kind::Text, m_identity)),
      m_pages(new QStackedWidget(this)), m_list(new MessageListView(theme, messages, this)),
      m_request(new RequestView(theme, this)), m_composer(new Composer(theme, this)),
      m_actions(new MessageActions(theme, messages, *m_list))
{
    m_list->setObjectName(QStringLiteral("messageList"));
    m_identity->setObjectName(QStringLiteral("identityBanner"));
    m_identity->setIconName(QLatin1String("shield-alert"));
    m_identity->addButton(m_sendAnyway);
    m_identity->hide();
    m_pages->addWidget(m_list);
    m_pages->addWidget(m_request);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_identity);
    column->addWidget(m_pages, 1);
    column->addWidget(m_composer);
    connectParts();
    retranslate();
}

void ConversationView::connectParts()
{
    connect(m_composer, &Composer::submitted, this, [this](const QString& text) {
        if (m_composer->mode() == Composer::Mode::Edit) {
            Q_EMIT editText(m_composer->target(), text);
            return;
        }
        std::optional<MessageId> replyTo;
        if (m_composer->mode() == Composer::Mode::Reply)
            replyTo = m_composer->target();
        m_list->scrollToEnd();
        Q_EMIT sendText(text, replyTo);
    });
    connect(m_composer, &Composer::draftChanged, this, &ConversationView::draftChanged);
    connect(m_composer, &Composer::typingChanged, this, &ConversationView::typingChanged);
    connect(m_composer, &Composer::editLastWanted, this, &ConversationView::editLast);
    connect(m_composer, &Composer::blockedActionClicked, this, [this] {
        if (m_chat.blocked)
            Q_EMIT unblockClicked();
        else
            confirmIdentity();
    });
    connect(m_actions, &MessageActions::reply, m_composer, &Composer::startReply);
    connect(m_actions, &MessageActions::edit, m_composer, &Composer::startEdit);
    connect(m_actions, &MessageActions::removeForEveryone, this, &ConversationView::deleteMessage);
    connect(m_actions, &MessageActions::retry, this, &ConversationView::retryMessage);
    connect(m_actions, &MessageActions::sendAnyway, this, &ConversationView::confirmIdentity);
    connect(m_actions, &MessageActions::cancel, this, &ConversationView::cancelMessage);
    connect(m_request, &RequestView::acceptClicked, this, &ConversationView::acceptClicked);
    connect(m_request, &RequestView::blockClicked, this, &ConversationView::blockClicked);
    connect(m_sendAnyway, &QAbstractButton::clicked, this, &ConversationView::confirmIdentity);
    connect(m_list, &MessageListView::endReached, this, &ConversationView::endSeen);
}

void ConversationView::open(const ChatItem& chat, const QString& draft)
{
    m_person.reset();
    m_list->setUnwritten(false);
    m_header->setPerson({});
    m_composer->open(draft);
    setChat(chat);
}

void ConversationView::close()
{
    m_composer->open({});
    m_chat = {};
    m_person.reset();
}

void ConversationView::setChat(const ChatItem& chat)
{
    m_chat = chat;
    m_header->setChat(chat);
    updateState();
}

void ConversationView::setPerson(const client::PersonItem& person)
{
    m_person = person;
    m_header->setPerson(person);
    updateState();
}

void ConversationView::updateState()
{
    const bool paused = m_chat.identity == IdentityState::Changed && m_person
        && m_person->wasVerified;
    if (m_chat.request)
        m_request->setChat(m_chat);
    showPage(m_chat.request ? static_cast<QWidget*>(m_request) : m_list);
    m_composer->setVisible(!m_chat.request);
    // A draft or somebody typing hides what was said last, so they leave it as it was.
    using client::PreviewKind;
    if (m_chat.previewKind != PreviewKind::Draft && m_chat.previewKind != PreviewKind::Typing)
        m_list->setUnwritten(m_chat.previewKind == PreviewKind::None);
    m_list->setTyping(!m_chat.request && m_chat.previewKind == client::PreviewKind::Typing);
    // The header has the whole name; here the sentence has to fit.
    const QString name = m_chat.title.section(QLatin1Char(' '), 0, 0);
    m_identity->setTexts(
        tr("%1’s safety number has changed").arg(name),
        tr("%1 has set up Impulse from scratch, or someone is posing as %1. Sending is paused "
           "until you decide.")
            .arg(name));
    m_identity->setVisible(paused && !m_chat.request && !m_chat.blocked);
    m_actions->setWritable(!m_chat.request && !m_chat.blocked && !paused);
    if (m_chat.blocked)
        m_composer->setBlockedLine(tr("You blocked %1").arg(m_chat.title), tr("Unblock"));
    else if (paused)
        m_composer->setBlockedLine(tr("Sending is paused"), {}, QLatin1String("lock"));
    else
        m_composer->setBlockedLine({}, {});
}

/// The page that is not shown must not keep its height: it would be taken from the banner.
void ConversationView::showPage(QWidget* page)
{
    for (int i = 0; i < m_pages->count(); ++i) {
        const bool shown = m_pages->widget(i) == page;
        const auto policy = shown ? QSizePolicy::Expanding : QSizePolicy::Ignored;
        m_pages->widget(i)->setSizePolicy(policy, policy);
    }
    m_pages->setCurrentWidget(page);
}

void ConversationView::confirmIdentity()
{
    auto* dialog = new ConfirmDialog(
        m_theme,
        {tr("Send anyway?"),
         tr("If someone is posing as %1, they will read what you send. Messages that wait are "
            "sent now.")
             .arg(m_chat.title),
         tr("Send anyway")},
        true, window());
    connect(dialog, &QDialog::accepted, this, [this] { Q_EMIT identityAccepted(true); });
    dialog->open();
}

void ConversationView::editLast()
{
    for (int row = m_model.rowCount() - 1; row >= 0; --row) {
        const MessageItem& item = m_model.at(row);
        if (!MessageActions::canEdit(item))
            continue;
        m_composer->startEdit(item);
        m_list->scrollTo(m_model.index(row));
        return;
    }
}

bool ConversationView::leaveMode()
{
    if (m_composer->mode() == Composer::Mode::Write)
        return false;
    m_composer->leaveMode();
    m_composer->field().setFocus(Qt::OtherFocusReason);
    return true;
}

/// Ctrl+Up and Ctrl+Down walk through the messages that can be replied to.
void ConversationView::replyStep(int direction)
{
    if (!m_composer->isWritable() || !m_composer->isVisible()
        || m_composer->mode() == Composer::Mode::Edit)
        return;
    int row = m_model.rowCount();
    if (m_composer->mode() == Composer::Mode::Reply)
        row = m_model.rowOf(m_composer->target());
    for (row += direction; row >= 0 && row < m_model.rowCount(); row += direction) {
        if (!MessageActions::canReply(m_model.at(row)))
            continue;
        m_composer->startReply(m_model.at(row));
        m_list->setCurrentIndex(m_model.index(row));
        m_list->scrollTo(m_model.index(row));
        return;
    }
    if (direction > 0)
        leaveMode();
}

bool ConversationView::seesEnd() const
{
    return isVisible() && !m_chat.request && m_model.rowCount() > 0 && m_list->atEnd();
}

void ConversationView::focusFirst()
{
    if (m_chat.request)
        m_request->acceptButton().setFocus(Qt::OtherFocusReason);
    else if (m_composer->isWritable())
        m_composer->field().setFocus(Qt::OtherFocusReason);
    else
        m_list->setFocus(Qt::OtherFocusReason);
}

void ConversationView::retranslate()
{
    m_sendAnyway->setText(tr("Send anyway…"));
    m_list->setAccessibleName(tr("Messages"));
    m_actions->retranslate();
    updateState();
    m_list->viewport()->update();
}

void ConversationView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

} // namespace impulse::ui
