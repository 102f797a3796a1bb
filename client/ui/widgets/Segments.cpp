#include "client/ui/widgets/Segments.h"

#include "client/ui/theme/Theme.h"

#include <QAbstractButton>
#include <QHBoxLayout>
#include <QPainter>

namespace impulse::ui {

class Segments::Segment : public QAbstractButton {
public:
    Segment(Theme& theme, QWidget* parent) : QAbstractButton(parent), m_theme(theme)
    {
        setCheckable(true);
        setAttribute(Qt::WA_Hover);
        setFocusPolicy(Qt::TabFocus);
        setSizePolicy(QSizePolicy::Minimum, QSizePolicy::Fixed);
        enableFocusRing(*this, theme.metrics().radiusSmall, 0);
    }

    QSize sizeHint() const override
    {
        const QFontMetrics metrics(m_theme.font(TextStyle::Small, QFont::DemiBold));
        return {metrics.horizontalAdvance(text()) + 28,
                m_theme.lineHeight(TextStyle::Small) + 10};
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        if (isChecked()) {
            const int radius = m_theme.metrics().radiusSmall;
            QColor shadow = m_theme.color(Token::Shadow);
            painter.setPen(Qt::NoPen);
            painter.setBrush(shadow);
            painter.drawRoundedRect(QRectF(rect()).adjusted(0, 1, 0, 0), radius, radius);
            painter.setBrush(m_theme.color(Token::SegmentOn));
            painter.drawRoundedRect(QRectF(rect()).adjusted(0, 0, 0, -1), radius, radius);
        }
        const bool strong = isChecked() || underMouse();
        painter.setFont(m_theme.font(TextStyle::Small,
                                     isChecked() ? QFont::DemiBold : QFont::Medium));
        painter.setPen(m_theme.color(!isEnabled() ? Token::TextDisabled
                                     : strong     ? Token::TextPrimary
                                                  : Token::TextSecondary));
        painter.drawText(rect(), Qt::AlignCenter, text());
    }

private:
    Theme& m_theme;
};

Segments::Segments(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme)
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(3, 3, 3, 3);
    row->setSpacing(0);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(&m_group, &QButtonGroup::idToggled, this, [this](int id, bool on) {
        if (on) {
            Q_EMIT currentChanged(id);
        }
    });
    connect(&theme, &Theme::changed, this, [this] {
        for (QAbstractButton* button : m_group.buttons()) {
            button->updateGeometry();
        }
        update();
    });
}

void Segments::addSegment(const QString& text)
{
    auto* segment = new Segment(m_theme, this);
    segment->setText(text);
    layout()->addWidget(segment);
    m_group.addButton(segment, int(m_group.buttons().size()));
}

void Segments::setSegmentText(int index, const QString& text)
{
    m_group.button(index)->setText(text);
    m_group.button(index)->updateGeometry();
}

void Segments::setCurrent(int index)
{
    m_group.button(index)->setChecked(true);
}

void Segments::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(Token::SurfaceField));
    const int radius = m_theme.metrics().radiusControl;
    painter.drawRoundedRect(rect(), radius, radius);
}

} // namespace impulse::ui
