#include "client/ui/chat/SidePane.h"

#include "client/core/models/ChatListModel.h"
#include "client/ui/chat/AccountButton.h"
#include "client/ui/chat/ChatFilter.h"
#include "client/ui/chat/ChatListView.h"
#include "client/ui/chat/SearchField.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Banner.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/IconButton.h"
#include "client/ui/widgets/IconView.h"
#include "client/ui/widgets/Label.h"

#include <QDateTime>
#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QStackedWidget>

namespace impulse::ui {

using client::ConnectionState;

namespace {

/// A short break of the connection is shown in the header line only.
constexpr std::uint64_t patienceMs = 3000;

std::uint64_t nowMs()
{
    return static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch());
}

QWidget* inMargins(QWidget* widget, QWidget* parent)
{
    auto* box = new QWidget(parent);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(12, 0, 12, 6);
    row->addWidget(widget);
    return box;
}

} // namespace

SidePane::SidePane(Theme& theme, client::ChatListModel& chats, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_chats(chats), m_account(new AccountButton(theme, this)),
      m_search(new SearchField(theme, this)),
      m_newChat(new IconButton(theme, QLatin1String("compose"), this)), m_head(new QWidget(this)),
      m_offline(new Banner(theme, Banner::Kind::Neutral, Banner::Shape::Card, this)),
      m_tryNow(new Button(theme, Button::Kind::Text, m_offline)),
      m_stopped(new Banner(theme, Banner::Kind::Danger, Banner::Shape::Card, this)),
      m_question(new Banner(theme, Banner::Kind::Warning, Banner::Shape::Card, this)),
      m_decide(new Button(theme, Button::Kind::Text, m_question)),
      m_pages(new QStackedWidget(this)), m_list(new ChatListView(theme, chats, this)),
      m_nothing(new Label(theme, TextStyle::Small, Token::TextSecondary, this))
{
    m_newChat->setObjectName(QStringLiteral("newChatButton"));
    m_offline->setObjectName(QStringLiteral("offlineCard"));
    auto* head = new QHBoxLayout(m_head);
    head->setContentsMargins(12, 0, 8, 0);
    head->setSpacing(0);
    head->addWidget(m_account);
    head->addSpacing(6);
    head->addWidget(m_search, 1);
    head->addSpacing(8);
    head->addWidget(m_newChat);
    m_offline->setIconName(QLatin1String("wifi-off"));
    m_tryNow->setButtonSize(Button::Size::Small);
    m_tryNow->setObjectName(QStringLiteral("tryNowButton"));
    m_offline->addButton(m_tryNow);
    m_offline->layout()->setContentsMargins(12, 9, 0, 9);
    m_stopped->setIconName(QLatin1String("alert"));
    m_question->setIconName(QLatin1String("alert"));
    m_question->setObjectName(QStringLiteral("questionCard"));
    m_decide->setButtonSize(Button::Size::Small);
    m_decide->setObjectName(QStringLiteral("decideButton"));
    m_question->addButton(m_decide);
    m_question->setButtonsBelow();
    m_question->layout()->setContentsMargins(12, 9, 12, 4);
    m_nothing->setWordWrap(true);
    m_nothing->setAlignment(Qt::AlignHCenter);
    m_nothing->setContentsMargins(20, 24, 20, 0);
    m_empty = makeEmptyState();
    m_pages->addWidget(m_list);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(m_nothing);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 1, 0);
    column->setSpacing(0);
    column->addWidget(m_head);
    column->addWidget(inMargins(m_offline, this));
    column->addWidget(inMargins(m_stopped, this));
    column->addWidget(inMargins(m_question, this));
    column->addWidget(m_pages, 1);
    connect(m_account, &QAbstractButton::clicked, this, [this] {
        Q_EMIT accountMenuWanted(m_account->mapToGlobal(QPoint(0, m_account->height() + 4)));
    });
    connect(m_newChat, &QAbstractButton::clicked, this, &SidePane::newChatWanted);
    connect(m_tryNow, &QAbstractButton::clicked, this, &SidePane::tryNowClicked);
    connect(m_decide, &QAbstractButton::clicked, this, &SidePane::decideClicked);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_list->filter().setText(text);
        updatePages();
    });
    connect(m_search, &SearchField::leftDown, this, [this] {
        m_list->setFocus(Qt::ShortcutFocusReason);
    });
    connect(m_list, &ChatListView::typed, this, [this](const QString& text) {
        m_search->setFocus(Qt::ShortcutFocusReason);
        m_search->setText(m_search->text() + text);
    });
    for (auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&chats, signal, this, &SidePane::updatePages);
    connect(&chats, &QAbstractItemModel::modelReset, this, &SidePane::updatePages);
    connect(&m_tick, &QTimer::timeout, this, &SidePane::updateBanner);
    connect(&theme, &Theme::changed, this, &SidePane::applyMetrics);
    m_tick.setInterval(1000);
    applyMetrics();
    retranslate();
    updatePages();
    updateBanner();
}

QWidget* SidePane::makeEmptyState()
{
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setSpacing(0);
    m_emptyTitle = new Label(m_theme, TextStyle::Body, Token::TextPrimary, page);
    m_emptyTitle->setWeight(QFont::DemiBold);
    m_emptyTitle->setAlignment(Qt::AlignHCenter);
    m_emptyText = new Label(m_theme, TextStyle::Small, Token::TextSecondary, page);
    m_emptyText->setAlignment(Qt::AlignHCenter);
    m_emptyText->setWordWrap(true);
    m_emptyButton = new Button(m_theme, Button::Kind::Tonal, page);
    m_emptyButton->setIconName(QLatin1String("compose"));
    connect(m_emptyButton, &QAbstractButton::clicked, this, &SidePane::newChatWanted);
    column->addWidget(
        new IconView(m_theme, QLatin1String("person-plus"), Token::TextSecondary, 32, page), 0,
        Qt::AlignHCenter);
    column->addSpacing(12);
    column->addWidget(m_emptyTitle);
    column->addSpacing(4);
    column->addWidget(m_emptyText);
    column->addSpacing(16);
    column->addWidget(m_emptyButton, 0, Qt::AlignHCenter);
    column->addStretch(1);
    return page;
}

void SidePane::applyMetrics()
{
    m_head->setFixedHeight(56 + int((m_theme.scale() - 1) * 32));
    const int side = m_theme.scale() > 1.25 ? 20 : 60;
    m_empty->layout()->setContentsMargins(side, 62, side, 0);
    update();
}

void SidePane::retranslate()
{
    setAccessibleName(tr("Chats"));
    m_list->setAccessibleName(tr("Chats"));
    m_newChat->setLabel(tr("New chat"),
                        QKeySequence(Qt::CTRL | Qt::Key_N).toString(QKeySequence::NativeText));
    m_tryNow->setText(tr("Try now"));
    m_emptyTitle->setText(tr("No conversations yet"));
    m_emptyText->setText(tr("Find someone by username or share yours."));
    m_emptyButton->setText(tr("Start a conversation"));
    updateBanner();
    updatePages();
}

void SidePane::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

void SidePane::setOwnUser(const OwnUser& user)
{
    m_account->setUser(user);
}

void SidePane::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void SidePane::setConnection(ConnectionState state, std::uint64_t nextTryMs,
                             const QString& problem)
{
    const bool wasLost = m_state == ConnectionState::Offline
        || m_state == ConnectionState::Connecting;
    const bool lost = state == ConnectionState::Offline || state == ConnectionState::Connecting;
    if (lost && !wasLost)
        m_offlineSinceMs = nowMs();
    m_state = state;
    m_nextTryMs = nextTryMs;
    m_problem = problem;
    const bool usable = state == ConnectionState::Online || state == ConnectionState::Updating;
    m_account->setOnline(usable);
    m_list->setPresenceKnown(usable);
    if (lost)
        m_tick.start();
    else
        m_tick.stop();
    updateBanner();
}

void SidePane::updateBanner()
{
    // Each try is Connecting for a moment; a card that left and came back would move the list.
    const bool wasShown = !m_offline->parentWidget()->isHidden();
    const bool lost = (m_state == ConnectionState::Offline
                       || (m_state == ConnectionState::Connecting && wasShown))
        && nowMs() >= m_offlineSinceMs + patienceMs;
    if (lost) {
        const auto now = nowMs();
        const int seconds
            = m_nextTryMs > now ? static_cast<int>((m_nextTryMs - now + 999) / 1000) : 0;
        m_offline->setTexts(tr("You’re offline"), seconds > 0
                                ? tr("Next try in %n s", nullptr, seconds)
                                : tr("Connecting…"));
    }
    m_offline->parentWidget()->setVisible(lost);
    const bool stopped = m_state == ConnectionState::Stopped && !m_problem.isEmpty();
    m_stopped->setTexts(m_problem, {});
    m_stopped->parentWidget()->setVisible(stopped && m_asked == ServerQuestion::None);
    updateQuestion();
}

void SidePane::setServerQuestion(ServerQuestion question)
{
    m_asked = question;
    updateBanner();
}

void SidePane::updateQuestion()
{
    const bool confirm = m_asked == ServerQuestion::ConfirmRestore;
    m_question->setTexts(
        tr("Your server was restored from an older backup"),
        confirm ? tr("Ask whoever runs it if that is true. Nothing is sent until you decide.")
                : tr("Your account is newer than that. Your password brings it back."));
    m_decide->setText(confirm ? tr("Go on…") : tr("Bring it back…"));
    m_question->parentWidget()->setVisible(m_asked != ServerQuestion::None);
}

void SidePane::updatePages()
{
    if (m_chats.rowCount() == 0) {
        m_pages->setCurrentWidget(m_empty);
        return;
    }
    const bool nothing = m_list->filter().rowCount() == 0;
    m_nothing->setText(tr("Nothing found for “%1”").arg(m_search->text().trimmed()));
    m_pages->setCurrentWidget(nothing ? static_cast<QWidget*>(m_nothing) : m_list);
}

void SidePane::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.color(Token::SurfaceSidebar));
    painter.fillRect(QRect(width() - 1, 0, 1, height()), m_theme.color(Token::BorderSubtle));
}

} // namespace impulse::ui
