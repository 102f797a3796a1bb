#include "client/ui/widgets/Banner.h"

#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/IconView.h"
#include "client/ui/widgets/Label.h"

#include <QHBoxLayout>
#include <QPainter>

namespace impulse::ui {

namespace {

/// One that is narrower, in px, has its buttons under the text.
constexpr int narrowBar = 560;
constexpr int narrowCard = 240;

} // namespace

Banner::Banner(Theme& theme, Kind kind, Shape shape, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_kind(kind), m_shape(shape),
      m_icon(new IconView(theme, QLatin1String("alert"), mark(), 20, this)),
      m_title(new Label(theme, TextStyle::Small, Token::TextPrimary, this)),
      m_text(new Label(theme, TextStyle::Small,
                       kind == Kind::Neutral ? Token::TextSecondary : Token::TextPrimary, this))
{
    m_title->setWeight(QFont::DemiBold);
    m_title->setWordWrap(true);
    m_text->setWordWrap(true);
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    words->addWidget(m_title);
    words->addWidget(m_text);
    m_body = new QBoxLayout(QBoxLayout::LeftToRight);
    m_body->setSpacing(12);
    m_body->addLayout(words, 1);
    auto* row = new QHBoxLayout(this);
    const int vertical = shape == Shape::Card ? 12 : 10;
    row->setContentsMargins(16, vertical, 16, vertical);
    row->setSpacing(12);
    row->addWidget(m_icon, 0, Qt::AlignTop);
    row->addLayout(m_body, 1);
    connect(&theme, &Theme::changed, this, [this] { update(); });
    setTexts(QString(), QString());
}

Token Banner::fill() const
{
    switch (m_kind) {
    case Kind::Information:
        return Token::AccentSubtle;
    case Kind::Warning:
        return Token::WarningSubtle;
    case Kind::Danger:
        return Token::DangerSubtle;
    case Kind::Neutral:
        break;
    }
    return Token::SurfaceField;
}

Token Banner::mark() const
{
    switch (m_kind) {
    case Kind::Information:
        return Token::Accent;
    case Kind::Warning:
        return Token::Warning;
    case Kind::Danger:
        return Token::Danger;
    case Kind::Neutral:
        break;
    }
    return Token::TextSecondary;
}

void Banner::setIconName(QLatin1String name)
{
    m_icon->setIcon(name, mark());
}

void Banner::setTexts(const QString& title, const QString& text)
{
    m_title->setText(title);
    m_title->setVisible(!title.isEmpty());
    m_text->setText(text);
    m_text->setVisible(!text.isEmpty());
    setAccessibleName(title.isEmpty() ? text : title + QLatin1Char(' ') + text);
}

void Banner::addButton(Button* button)
{
    m_body->addWidget(button, 0, Qt::AlignVCenter);
}

void Banner::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    const int least = m_shape == Shape::Bar ? m_theme.pxCapped(narrowBar) : m_theme.px(narrowCard);
    const bool narrow = m_buttonsBelow || width() < least;
    const auto direction = narrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight;
    if (m_body->direction() == direction) {
        return;
    }
    m_body->setDirection(direction);
    m_body->setSpacing(narrow ? 4 : 12);
    for (int i = 0; i < m_body->count(); ++i) {
        if (QWidget* button = m_body->itemAt(i)->widget()) {
            m_body->setAlignment(button, narrow ? Qt::AlignRight : Qt::AlignVCenter);
        }
    }
}

void Banner::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(fill()));
    if (m_shape == Shape::Card) {
        const int radius = m_theme.metrics().radiusRow;
        painter.drawRoundedRect(rect(), radius, radius);
        return;
    }
    painter.drawRect(rect());
    painter.fillRect(0, height() - 1, width(), 1, m_theme.color(Token::BorderSubtle));
}

} // namespace impulse::ui
