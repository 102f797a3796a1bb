#include "client/ui/chat/EmptyViews.h"

#include "client/ui/chat/AccountButton.h"
#include "client/ui/chat/SearchField.h"
#include "client/ui/chat/Ticks.h"
#include "client/ui/theme/Avatar.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/AvatarView.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Card.h"
#include "client/ui/widgets/IconButton.h"
#include "client/ui/widgets/Label.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPainter>

namespace impulse::ui {

/// A step's round mark.
class StepMark : public QWidget {
public:
    StepMark(Theme& theme, QLatin1String icon, QWidget* parent)
        : QWidget(parent), m_theme(theme), m_icon(icon)
    {
        setFixedSize(36, 36);
    }

    void set(QLatin1String icon, bool done)
    {
        m_icon = icon;
        m_done = done;
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.color(m_done ? Token::SuccessSubtle : Token::AccentSubtle));
        painter.drawEllipse(rect());
        constexpr int size = 20;
        painter.drawPixmap((width() - size) / 2, (height() - size) / 2,
                           m_theme.icon(m_icon, m_done ? Token::Success : Token::Accent, size,
                                        devicePixelRatioF()));
    }

private:
    Theme& m_theme;
    QLatin1String m_icon;
    bool m_done = false;
};

namespace {

class Logo : public QWidget {
public:
    Logo(Theme& theme, int side, QWidget* parent) : QWidget(parent), m_theme(theme)
    {
        setFixedSize(side, side);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.drawPixmap(0, 0,
                           m_theme.icons().logo(QLatin1String("impulse"), width(),
                                                devicePixelRatioF()));
    }

private:
    Theme& m_theme;
};

} // namespace

// --- EmptySelection -----------------------------------------------------------------------------

EmptySelection::EmptySelection(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme)
{
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void EmptySelection::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        update();
    QWidget::changeEvent(event);
}

void EmptySelection::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.color(Token::SurfaceChat));
    constexpr int mark = 56;
    const int line = m_theme.lineHeight(TextStyle::Body);
    const int top = (height() - mark - 12 - line) / 2;
    painter.drawPixmap((width() - mark) / 2, top,
                       m_theme.icons().logo(QLatin1String("impulse-mark"), mark,
                                            devicePixelRatioF(),
                                            m_theme.color(Token::TextDisabled)));
    const QString keys = QKeySequence(Qt::CTRL | Qt::Key_K)
                             .toString(QKeySequence::NativeText)
                             .replace(QLatin1Char('+'), QLatin1Char(' '));
    const QString words = tr("Choose a conversation, or press");
    const QFont font = m_theme.font(TextStyle::Body);
    const int text = QFontMetrics(font).horizontalAdvance(words);
    const int whole = text + 5 + keyHintWidth(keys, m_theme);
    const QRect rect((width() - whole) / 2, top + mark + 12, text + 1, line);
    painter.setFont(font);
    painter.setPen(m_theme.color(Token::TextSecondary));
    painter.drawText(rect, Qt::AlignVCenter, words);
    paintKeyHint(painter, keys, rect.left() + whole, rect.center().y(), m_theme);
}

// --- FirstRun -----------------------------------------------------------------------------------

FirstRun::FirstRun(Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_logo(new Logo(theme, 64, this)),
      m_welcome(new Label(theme, TextStyle::Heading, Token::TextPrimary, this)),
      m_promise(new Label(theme, TextStyle::Body, Token::TextSecondary, this)),
      m_card(new Card(theme, Token::SurfaceBase, this)),
      m_codeButton(new Button(theme, Button::Kind::Tonal, this)),
      m_findButton(new Button(theme, Button::Kind::Primary, this)),
      m_usernameLabel(new Label(theme, TextStyle::Small, Token::TextSecondary, this)),
      m_username(new Label(theme, TextStyle::Small, Token::TextPrimary, this)),
      m_copy(new IconButton(theme, QLatin1String("copy"), this)),
      m_account(new AccountButton(theme, this))
{
    m_welcome->setAlignment(Qt::AlignHCenter);
    m_promise->setAlignment(Qt::AlignHCenter);
    m_welcome->setWordWrap(true);
    m_promise->setWordWrap(true);
    m_username->setWeight(QFont::DemiBold);
    m_saved = addStep(QLatin1String("key"), m_codeButton);
    m_find = addStep(QLatin1String("person-plus"), m_findButton);
    m_codeButton->setObjectName(QStringLiteral("newCodeButton"));
    m_findButton->setObjectName(QStringLiteral("findPeopleButton"));
    m_copy->setSides(30, 16);
    m_copy->setToken(Token::Accent);
    auto* names = new QHBoxLayout;
    names->setSpacing(8);
    names->addStretch(1);
    names->addWidget(m_usernameLabel);
    names->addWidget(m_username);
    names->addWidget(m_copy);
    names->addStretch(1);
    auto* cardRow = new QHBoxLayout;
    cardRow->addStretch(1);
    cardRow->addWidget(m_card, 1000);
    cardRow->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(0);
    column->addStretch(1);
    column->addWidget(m_logo, 0, Qt::AlignHCenter);
    column->addSpacing(20);
    column->addWidget(m_welcome);
    column->addSpacing(4);
    column->addWidget(m_promise);
    column->addSpacing(24);
    column->addLayout(cardRow);
    column->addSpacing(17);
    column->addLayout(names);
    column->addStretch(1);
    connect(m_codeButton, &QAbstractButton::clicked, this, &FirstRun::newCodeClicked);
    connect(m_findButton, &QAbstractButton::clicked, this, &FirstRun::findPeopleClicked);
    connect(m_copy, &QAbstractButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(QLatin1Char('@') + m_user.username); });
    connect(m_account, &QAbstractButton::clicked, this, [this] {
        Q_EMIT accountMenuWanted(m_account->mapToGlobal(QPoint(0, m_account->height() + 4)));
    });
    connect(&theme, &Theme::changed, this, &FirstRun::applyMetrics);
    m_account->setObjectName(QStringLiteral("firstRunAccount"));
    m_account->hide();
    applyMetrics();
    retranslate();
}

void FirstRun::applyMetrics()
{
    m_card->setMaximumWidth(m_theme.pxCapped(520));
    m_account->move(12, 10);
    m_account->resize(m_account->sizeHint());
}

void FirstRun::setAlone(bool alone)
{
    m_account->setVisible(alone);
}

void FirstRun::setOnline(bool online)
{
    m_account->setOnline(online);
}

FirstRun::Step FirstRun::addStep(QLatin1String icon, Button* button)
{
    Step step;
    step.row = new QWidget(m_card);
    step.row->setMinimumHeight(68);
    step.line = new QHBoxLayout(step.row);
    step.line->setContentsMargins(20, 14, 20, 14);
    step.line->setSpacing(16);
    step.mark = new StepMark(m_theme, icon, step.row);
    step.line->addWidget(step.mark);
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    step.title = new Label(m_theme, TextStyle::Body, Token::TextPrimary, step.row);
    step.title->setWeight(QFont::DemiBold);
    step.title->setWordWrap(true);
    step.text = new Label(m_theme, TextStyle::Small, Token::TextSecondary, step.row);
    step.text->setWordWrap(true);
    words->addWidget(step.title);
    words->addWidget(step.text);
    step.line->addLayout(words, 1);
    button->setButtonSize(Button::Size::Small);
    step.line->addWidget(button);
    m_card->addRow(step.row);
    return step;
}

void FirstRun::setUser(const OwnUser& user)
{
    m_user = user;
    m_account->setUser(user);
    retranslate();
}

void FirstRun::setRecoverySaved(bool saved)
{
    m_codeSaved = saved;
    retranslate();
}

void FirstRun::retranslate()
{
    m_welcome->setText(tr("Welcome, %1").arg(m_user.name.section(QLatin1Char(' '), 0, 0)));
    m_promise->setText(tr("Everything you send here is end-to-end encrypted."));
    m_saved.mark->set(m_codeSaved ? QLatin1String("check") : QLatin1String("key"), m_codeSaved);
    m_saved.title->setText(m_codeSaved ? tr("Recovery code saved")
                                       : tr("Save your recovery code"));
    m_saved.text->setText(m_codeSaved ? tr("With it you can sign in on another computer")
                                      : tr("Without it you cannot sign in on another "
                                           "computer"));
    m_codeButton->setText(tr("New code…"));
    m_codeButton->setVisible(!m_codeSaved);
    m_find.title->setText(tr("Find your first contact"));
    m_find.text->setText(tr("By username or by a link they send you"));
    m_findButton->setText(tr("Find people"));
    m_usernameLabel->setText(tr("Your username"));
    m_username->setText(QLatin1Char('@') + m_user.username);
    m_copy->setLabel(tr("Copy your username"));
}

void FirstRun::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

void FirstRun::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), m_theme.color(Token::SurfaceBase));
}

// --- RequestView --------------------------------------------------------------------------------

RequestView::RequestView(Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_avatar(new AvatarView(theme, 72, this)),
      m_title(new Label(theme, TextStyle::Title, Token::TextPrimary, this)),
      m_username(new Label(theme, TextStyle::Small, Token::TextSecondary, this)),
      m_what(new Label(theme, TextStyle::Body, Token::TextSecondary, this)),
      m_block(new Button(theme, Button::Kind::Tonal, this)),
      m_accept(new Button(theme, Button::Kind::Primary, this))
{
    m_block->setObjectName(QStringLiteral("blockButton"));
    m_accept->setObjectName(QStringLiteral("acceptButton"));
    for (Label* label : {m_title, m_username, m_what}) {
        label->setAlignment(Qt::AlignHCenter);
        label->setWordWrap(true);
    }
    auto* card = new Card(theme, Token::SurfaceBase, this);
    card->setMaximumWidth(440);
    auto* inside = new QWidget(card);
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(32, 32, 32, 32);
    column->setSpacing(0);
    column->addWidget(m_avatar, 0, Qt::AlignHCenter);
    column->addSpacing(14);
    column->addWidget(m_title);
    column->addWidget(m_username);
    column->addSpacing(16);
    column->addWidget(m_what);
    column->addSpacing(20);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_block, 1);
    buttons->addWidget(m_accept, 1);
    column->addLayout(buttons);
    card->addRow(inside);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(card, 1000);
    row->addStretch(1);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(20, 20, 20, 20);
    outer->addStretch(1);
    outer->addLayout(row);
    outer->addStretch(1);
    connect(m_block, &QAbstractButton::clicked, this, &RequestView::blockClicked);
    connect(m_accept, &QAbstractButton::clicked, this, &RequestView::acceptClicked);
    retranslate();
}

void RequestView::setChat(const client::ChatItem& chat)
{
    m_chat = chat;
    m_avatar->setSpec({chat.title, avatarSlot(idBytes(chat.peer)), false, false, false,
                       Token::SurfaceBase});
    retranslate();
}

void RequestView::retranslate()
{
    m_title->setText(tr("%1 wants to write to you").arg(m_chat.title));
    m_username->setText(QLatin1Char('@') + m_chat.username);
    m_what->setText(tr("%1 cannot see whether you are online or have read anything until you "
                       "accept.")
                        .arg(m_chat.title.section(QLatin1Char(' '), 0, 0)));
    m_block->setText(tr("Block"));
    m_accept->setText(tr("Accept"));
}

void RequestView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

void RequestView::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), m_theme.color(Token::SurfaceChat));
}

} // namespace impulse::ui
