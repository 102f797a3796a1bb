#include "client/ui/widgets/Button.h"

#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Spinner.h"

#include <QPainter>

namespace impulse::ui {

namespace {

constexpr int iconGap = 8;
constexpr int spinnerSize = 16;

} // namespace

Button::Button(Theme& theme, Kind kind, QWidget* parent)
    : QPushButton(parent), m_theme(theme), m_kind(kind)
{
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setAutoDefault(false);
    setSizePolicy(QSizePolicy::Minimum, QSizePolicy::Fixed);
    setKind(kind);
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void Button::setKind(Kind kind)
{
    m_kind = kind;
    if (m_flush) {
        update();
        return;
    }
    const bool filled = kind != Kind::Text && kind != Kind::DangerText;
    enableFocusRing(*this, m_theme.metrics().radiusControl, filled ? 2 : -2);
    updateGeometry();
    update();
}

void Button::setButtonSize(Size size)
{
    m_size = size;
    updateGeometry();
}

void Button::setFlush(bool flush)
{
    m_flush = flush;
    enableFocusRing(*this, m_theme.metrics().radiusSmall, flush ? 4 : -2);
    updateGeometry();
}

void Button::setIconName(QLatin1String name)
{
    m_iconName = name;
    updateGeometry();
    update();
}

void Button::setBusy(bool busy, const QString& busyText)
{
    if (busy) {
        // The label changes under a width that stays, so nothing beside the button moves.
        setMinimumWidth(width());
        m_busyText = busyText;
        if (!m_spinner) {
            m_spinner = new Spinner(m_theme, spinnerSize, this);
        }
        m_spinner->setToken(foreground());
        placeSpinner();
        m_spinner->show();
        setAccessibleDescription(busyText);
    } else if (m_spinner) {
        setMinimumWidth(0);
        m_spinner->hide();
        m_spinner->deleteLater();
        m_spinner = nullptr;
        m_busyText.clear();
        setAccessibleDescription(QString());
    }
    update();
}

bool Button::hitButton(const QPoint& position) const
{
    return !m_spinner && QPushButton::hitButton(position);
}

int Button::padding() const
{
    if (m_flush) {
        return 0;
    }
    const bool bare = m_kind == Kind::Text || m_kind == Kind::DangerText;
    return bare || m_size == Size::Small ? 12 : 16;
}

int Button::iconSize() const
{
    return m_theme.pxCapped(m_size == Size::Small ? 18 : 20);
}

QFont Button::labelFont() const
{
    return m_theme.font(m_size == Size::Small ? TextStyle::Small : TextStyle::Body,
                        QFont::DemiBold);
}

QSize Button::sizeHint() const
{
    const QFontMetrics metrics(labelFont());
    // Two more for the fractions that the painted line has over the rounded advance.
    int width = 2 * padding() + metrics.horizontalAdvance(text()) + 2;
    if (!m_iconName.isEmpty()) {
        width += iconSize() + iconGap;
    }
    const int base = m_size == Size::Small ? 30 : m_size == Size::Normal ? 36 : 40;
    // Grows with the text by 24 px per 100 %, as drawn in the 200 % mock-up.
    const int height = base + std::max(0, qRound((m_theme.scale() - 1) * 24));
    return {width, height};
}

QSize Button::minimumSizeHint() const
{
    return sizeHint();
}

Token Button::foreground() const
{
    if (!isEnabled()) {
        return Token::TextDisabled;
    }
    switch (m_kind) {
    case Kind::Primary:
        return Token::OnAccent;
    case Kind::Danger:
        return Token::OnDanger;
    case Kind::Text:
        return Token::Accent;
    case Kind::DangerText:
        return Token::Danger;
    case Kind::Warning:
        return Token::SurfaceBase;
    case Kind::Tonal:
        break;
    }
    return Token::TextPrimary;
}

bool Button::background(Token& token) const
{
    const bool bare = m_kind == Kind::Text || m_kind == Kind::DangerText;
    if (!isEnabled()) {
        token = Token::SurfaceField;
        return !bare;
    }
    const bool hover = underMouse() && !m_spinner;
    switch (m_kind) {
    case Kind::Primary:
        token = isDown() ? Token::AccentFillPressed
            : hover      ? Token::AccentFillHover
                         : Token::AccentFill;
        return true;
    case Kind::Danger:
        token = Token::DangerFill;
        return true;
    case Kind::Warning:
        token = Token::Warning;
        return true;
    case Kind::Tonal:
        token = isDown() || hover ? Token::StatePressed : Token::SurfaceField;
        return true;
    case Kind::Text:
    case Kind::DangerText:
        token = isDown() ? Token::StatePressed : Token::StateHover;
        return !m_flush && (isDown() || hover);
    }
    return false;
}

void Button::placeSpinner()
{
    const QFontMetrics metrics(labelFont());
    const int content = spinnerSize + iconGap + metrics.horizontalAdvance(m_busyText);
    m_spinner->move(std::max(8, (width() - content) / 2), (height() - spinnerSize) / 2);
}

void Button::resizeEvent(QResizeEvent* event)
{
    QPushButton::resizeEvent(event);
    if (m_spinner) {
        placeSpinner();
    }
}

void Button::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    Token fill = Token::SurfaceField;
    if (background(fill)) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.color(fill));
        const int radius = m_theme.metrics().radiusControl;
        painter.drawRoundedRect(rect(), radius, radius);
        if (isDown() && (m_kind == Kind::Danger || m_kind == Kind::Warning)) {
            painter.setBrush(QColor(0, 0, 0, 32));
            painter.drawRoundedRect(rect(), radius, radius);
        }
    }
    QFont font = labelFont();
    font.setUnderline(m_flush && isEnabled() && (isDown() || underMouse()));
    painter.setFont(font);
    painter.setPen(m_theme.color(foreground()));
    const QFontMetrics metrics(labelFont());
    const QString label = m_spinner ? m_busyText : text();
    int x = (width() - metrics.horizontalAdvance(label)) / 2;
    if (m_spinner) {
        x = m_spinner->x() + spinnerSize + iconGap;
    } else if (!m_iconName.isEmpty()) {
        const int size = iconSize();
        const int content = size + iconGap + metrics.horizontalAdvance(label);
        x = (width() - content) / 2;
        painter.drawPixmap(x, (height() - size) / 2,
                           m_theme.icon(QLatin1String(m_iconName.toLatin1()), foreground(), size,
                                        devicePixelRatioF()));
        x += size + iconGap;
    }
    painter.drawText(QRect(x, 0, width() - x, height()), Qt::AlignVCenter | Qt::AlignLeft,
                     metrics.elidedText(label, Qt::ElideRight, width() - x));
}

} // namespace impulse::ui
