#include "client/ui/signin/StrengthBar.h"

#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Label.h"

#include <QHBoxLayout>
#include <QPainter>

namespace impulse::ui {

namespace {

constexpr int bars = 4;
constexpr int barWidth = 44;
constexpr int barHeight = 4;
constexpr int barGap = 4;
constexpr int above = 6;

} // namespace

StrengthBar::StrengthBar(Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme),
      m_label(new Label(theme, TextStyle::Meta, Token::TextSecondary, this))
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(bars * (barWidth + barGap) + 6, above, 0, 0);
    row->addWidget(m_label);
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

void StrengthBar::setStrength(int strength, const QString& text)
{
    m_strength = strength;
    m_label->setText(text);
    update();
}

void StrengthBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const Token lit = m_strength <= 1 ? Token::Danger
        : m_strength == 2             ? Token::Warning
                                      : Token::Success;
    const double y = above + (height() - above - barHeight) / 2.0;
    for (int i = 0; i < bars; ++i) {
        painter.setBrush(m_theme.color(i < m_strength ? lit : Token::BorderSubtle));
        painter.drawRoundedRect(QRectF(i * (barWidth + barGap), y, barWidth, barHeight),
                                barHeight / 2.0, barHeight / 2.0);
    }
}

} // namespace impulse::ui
