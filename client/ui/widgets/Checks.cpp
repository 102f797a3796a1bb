#include "client/ui/widgets/Checks.h"

#include "client/ui/theme/TextPainting.h"
#include "client/ui/theme/Theme.h"

#include <QPainter>
#include <QVariantAnimation>

namespace impulse::ui {

namespace {

constexpr int boxSide = 18;
constexpr int boxRadius = 5;
constexpr int labelGap = 10;

TextBlock labelBlock(const Theme& theme, const QString& text)
{
    return {text, theme.font(TextStyle::Body), theme.lineHeight(TextStyle::Body), Qt::AlignLeft,
            true};
}

} // namespace

CheckBox::CheckBox(Theme& theme, QWidget* parent) : QCheckBox(parent), m_theme(theme)
{
    setAttribute(Qt::WA_Hover);
    enableFocusRing(*this, theme.metrics().radiusSmall, 2);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

int CheckBox::textLeft() const
{
    return m_theme.pxCapped(boxSide) + labelGap;
}

QSize CheckBox::sizeHint() const
{
    return {textLeft() + textBlockWidth(labelBlock(m_theme, text())),
            m_theme.lineHeight(TextStyle::Body)};
}

QSize CheckBox::minimumSizeHint() const
{
    return {textLeft() + m_theme.px(24), m_theme.lineHeight(TextStyle::Body)};
}

int CheckBox::heightForWidth(int width) const
{
    return textBlockHeight(labelBlock(m_theme, text()), width - textLeft());
}

bool CheckBox::hitButton(const QPoint& position) const
{
    return rect().contains(position);
}

void CheckBox::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int side = m_theme.pxCapped(boxSide);
    const int line = m_theme.lineHeight(TextStyle::Body);
    const QRectF box(QRect(0, (line - side) / 2, side, side));
    const bool on = isChecked();
    const Token edge = !isEnabled() ? Token::TextDisabled
        : on                        ? Token::AccentFill
                                    : Token::BorderControl;
    painter.setPen(QPen(m_theme.color(edge), 1.5));
    painter.setBrush(m_theme.color(on ? edge
                                      : underMouse() && isEnabled() ? Token::StateHover
                                                                    : Token::SurfaceBase));
    painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), boxRadius, boxRadius);
    if (on) {
        const int icon = m_theme.pxCapped(14);
        const int inset = (side - icon) / 2;
        painter.drawPixmap(int(box.left()) + inset, int(box.top()) + inset,
                           m_theme.icon(QLatin1String("check"), Token::OnAccent, icon,
                                        devicePixelRatioF()));
    }
    painter.setPen(m_theme.color(isEnabled() ? Token::TextPrimary : Token::TextDisabled));
    paintTextBlock(painter, QPointF(textLeft(), 0), width() - textLeft(),
                   labelBlock(m_theme, text()));
}

Switch::Switch(Theme& theme, QWidget* parent)
    : QCheckBox(parent), m_theme(theme), m_slide(new QVariantAnimation(this))
{
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    enableFocusRing(*this, m_theme.pxCapped(10), 2);
    connect(m_slide, &QVariantAnimation::valueChanged, this, [this](const QVariant& value) {
        m_position = value.toDouble();
        update();
    });
    connect(this, &QCheckBox::toggled, this, [this](bool on) {
        m_slide->stop();
        const int ms = isVisible() ? m_theme.duration(m_theme.metrics().motionBase) : 0;
        if (ms == 0) {
            m_position = on ? 1 : 0;
            update();
            return;
        }
        m_slide->setDuration(ms);
        m_slide->setStartValue(m_position);
        m_slide->setEndValue(on ? 1.0 : 0.0);
        m_slide->start();
    });
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

QSize Switch::sizeHint() const
{
    return {m_theme.pxCapped(36), m_theme.pxCapped(20)};
}

bool Switch::hitButton(const QPoint& position) const
{
    return rect().contains(position);
}

void Switch::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(!isEnabled()  ? Token::TextDisabled
                                   : isChecked() ? Token::AccentFill
                                                 : Token::BorderControl));
    const QSizeF size = sizeHint();
    const QRectF track(0, (height() - size.height()) / 2, size.width(), size.height());
    painter.drawRoundedRect(track, track.height() / 2, track.height() / 2);
    const double knob = track.height() * 0.7;
    const double inset = (track.height() - knob) / 2;
    double x = inset + m_position * (track.width() - knob - 2 * inset);
    if (layoutDirection() == Qt::RightToLeft) {
        x = track.width() - knob - x;
    }
    painter.setBrush(m_theme.color(Token::OnAccent));
    painter.drawEllipse(QRectF(track.left() + x, track.top() + inset, knob, knob));
}

} // namespace impulse::ui
