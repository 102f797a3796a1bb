#include "client/ui/chat/ConversationHeader.h"

#include "client/ui/chat/ChatWords.h"
#include "client/ui/chat/Ticks.h"
#include "client/ui/theme/Avatar.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/IconButton.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>

namespace impulse::ui {

using client::IdentityState;
using client::PreviewKind;

namespace {

int headerHeight(const Theme& theme)
{
    return theme.metrics().headerHeight + int((theme.scale() - 1) * 32);
}

} // namespace

NameArea::NameArea(Theme& theme, QWidget* parent) : QAbstractButton(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    enableFocusRing(*this, theme.metrics().radiusControl, -4);
}

void NameArea::setContent(const Content& content)
{
    m_content = content;
    setAccessibleName(tr("Profile: %1").arg(content.chat.title));
    setAccessibleDescription(content.secondLine);
    update();
}

QSize NameArea::sizeHint() const
{
    return {200, headerHeight(m_theme) - 1};
}

void NameArea::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int side = m_theme.pxCapped(36);
    paintAvatar(painter, QRect(4, (height() - side) / 2, side, side),
                {m_content.chat.title, avatarSlot(idBytes(m_content.chat.peer)), false, false,
                 m_content.online, Token::SurfaceBase},
                m_theme);
    const int left = 4 + side + 12;
    const int first = m_theme.lineHeight(TextStyle::Header);
    const int second = m_theme.lineHeight(TextStyle::Small);
    const bool two = !m_content.secondLine.isEmpty();
    const int top = (height() - first - (two ? second : 0)) / 2;
    const int glyph = m_content.chat.identity == IdentityState::Unverified ? 0
                                                                          : m_theme.pxCapped(16);
    const QFont nameFont = m_theme.font(TextStyle::Header);
    const QFontMetrics metrics(nameFont);
    const QString name = metrics.elidedText(m_content.chat.title, Qt::ElideRight,
                                            width() - left - (glyph > 0 ? glyph + 5 : 0));
    painter.setFont(nameFont);
    painter.setPen(m_theme.color(Token::TextPrimary));
    painter.drawText(QRect(left, top, width() - left, first), Qt::AlignVCenter, name);
    if (glyph > 0) {
        const bool verified = m_content.chat.identity == IdentityState::Verified;
        painter.drawPixmap(left + metrics.horizontalAdvance(name) + 6, top + (first - glyph) / 2,
                           m_theme.icon(QLatin1String(verified ? "shield-check" : "shield-alert"),
                                        verified ? Token::Success : Token::Warning, glyph,
                                        devicePixelRatioF()));
    }
    if (!two)
        return;
    const QFont small = m_theme.font(TextStyle::Small);
    painter.setFont(small);
    painter.setPen(m_theme.color(m_content.secondIsAccent ? Token::Accent : Token::TextSecondary));
    painter.drawText(QRect(left, top + first, width() - left, second), Qt::AlignVCenter,
                     QFontMetrics(small).elidedText(m_content.secondLine, Qt::ElideRight,
                                                    width() - left));
}

ConversationHeader::ConversationHeader(Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_back(new IconButton(theme, QLatin1String("back"), this)),
      m_name(new NameArea(theme, this)),
      m_more(new IconButton(theme, QLatin1String("more"), this))
{
    m_name->setObjectName(QStringLiteral("headerName"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 1, 12, 0);
    row->setSpacing(0);
    row->addWidget(m_back);
    row->addWidget(m_name, 1);
    row->addWidget(m_more);
    m_back->hide();
    connect(m_back, &QAbstractButton::clicked, this, &ConversationHeader::backClicked);
    connect(m_name, &QAbstractButton::clicked, this, &ConversationHeader::profileClicked);
    connect(m_more, &QAbstractButton::clicked, this, [this] {
        Q_EMIT menuWanted(m_more->mapToGlobal(QPoint(0, m_more->height() + 2)));
    });
    const auto resize = [this] { setFixedHeight(headerHeight(m_theme)); };
    connect(&theme, &Theme::changed, this, resize);
    resize();
    retranslate();
}

void ConversationHeader::retranslate()
{
    setAccessibleName(tr("Conversation"));
    m_back->setLabel(tr("Back to the chats"), tr("Alt+Left"));
    m_more->setLabel(tr("More actions"));
    refresh();
}

void ConversationHeader::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

void ConversationHeader::setChat(const client::ChatItem& chat)
{
    m_chat = chat;
    refresh();
}

void ConversationHeader::setPerson(const std::optional<client::PersonItem>& person)
{
    m_person = person;
    refresh();
}

void ConversationHeader::setConnection(client::ConnectionState state)
{
    m_connection = state;
    refresh();
}

void ConversationHeader::setBackVisible(bool visible)
{
    m_back->setVisible(visible);
    layout()->setContentsMargins(visible ? 6 : 12, 1, 12, 0);
    layout()->setSpacing(visible ? 6 : 0);
}

/// typing > connection > presence; the status text follows presence.
QString ConversationHeader::secondLine() const
{
    if (m_chat.request)
        return tr("contact request");
    if (m_chat.previewKind == PreviewKind::Typing)
        return tr("typing");
    const QString connection = ChatWords::connection(m_connection);
    if (!connection.isEmpty())
        return connection;
    if (m_chat.blocked)
        return tr("blocked");
    QStringList parts;
    const QString presence
        = ChatWords::presence(m_chat.online, m_person ? m_person->lastSeenMs : 0);
    if (!presence.isEmpty())
        parts << presence;
    if (m_person && !m_person->statusText.isEmpty())
        parts << m_person->statusText.simplified();
    if (parts.isEmpty() && !m_chat.username.isEmpty())
        parts << QLatin1Char('@') + m_chat.username;
    return parts.join(QStringLiteral(" · "));
}

void ConversationHeader::refresh()
{
    const bool typing = !m_chat.request && m_chat.previewKind == PreviewKind::Typing;
    const bool connected = ChatWords::connection(m_connection).isEmpty();
    m_name->setContent(
        {m_chat, secondLine(), typing, m_chat.online && connected && !m_chat.request});
}

void ConversationHeader::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.color(Token::SurfaceBase));
    painter.fillRect(QRect(0, height() - 1, width(), 1), m_theme.color(Token::BorderSubtle));
}

} // namespace impulse::ui
