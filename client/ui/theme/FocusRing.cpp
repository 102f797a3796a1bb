#include "client/ui/theme/FocusRing.h"

#include "client/ui/theme/Theme.h"

#include <QApplication>
#include <QFocusEvent>
#include <QPainter>

namespace impulse::ui {

namespace {

constexpr const char* radiusProperty = "impulseRingRadius";
constexpr const char* gapProperty = "impulseRingGap";
constexpr int ringWidth = 2;

// Keys that steer. Letters typed into a field say nothing about how the focus moves.
bool isSteeringKey(const QKeyEvent& event)
{
    switch (event.key()) {
    case Qt::Key_Tab:
    case Qt::Key_Backtab:
    case Qt::Key_F6:
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Escape:
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
        return true;
    default:
        return event.modifiers() & (Qt::AltModifier | Qt::ControlModifier);
    }
}

} // namespace

void enableFocusRing(QWidget& control, int radius, int gap)
{
    control.setProperty(radiusProperty, radius);
    control.setProperty(gapProperty, gap);
}

class FocusRing::Overlay : public QWidget {
public:
    Overlay(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setAttribute(Qt::WA_NoSystemBackground);
        setFocusPolicy(Qt::NoFocus);
    }

    void setRadius(double radius)
    {
        m_radius = radius;
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(m_theme.color(Token::Focus), ringWidth));
        const double half = ringWidth / 2.0;
        painter.drawRoundedRect(QRectF(rect()).adjusted(half, half, -half, -half), m_radius,
                                m_radius);
    }

private:
    Theme& m_theme;
    double m_radius = 0;
};

FocusRing::FocusRing(Theme& theme) : QObject(&theme), m_theme(theme)
{
    qApp->installEventFilter(this);
}

FocusRing::~FocusRing()
{
    delete m_overlay;
}

bool FocusRing::eventFilter(QObject* watched, QEvent* event)
{
    switch (event->type()) {
    case QEvent::FocusIn: {
        auto* widget = qobject_cast<QWidget*>(watched);
        const auto reason = static_cast<QFocusEvent*>(event)->reason();
        if (!widget || reason == Qt::PopupFocusReason) {
            break;
        }
        drop();
        if (m_keyboard && widget->property(radiusProperty).isValid()) {
            m_target = widget;
            follow();
        }
        break;
    }
    case QEvent::FocusOut:
        if (watched == m_target) {
            drop();
        }
        break;
    case QEvent::KeyPress:
    case QEvent::ShortcutOverride:
        m_keyboard = m_keyboard || isSteeringKey(*static_cast<QKeyEvent*>(event));
        break;
    case QEvent::MouseButtonPress:
        m_keyboard = false;
        drop();
        break;
    case QEvent::Move:
    case QEvent::Resize:
    case QEvent::Show:
    case QEvent::Hide:
    case QEvent::ZOrderChange:
        if (m_target && watched->isWidgetType() && watched != m_overlay) {
            auto* widget = static_cast<QWidget*>(watched);
            if (widget == m_target || widget->isAncestorOf(m_target)) {
                QMetaObject::invokeMethod(this, &FocusRing::follow, Qt::QueuedConnection);
            }
        }
        break;
    default:
        break;
    }
    return QObject::eventFilter(watched, event);
}

void FocusRing::follow()
{
    if (!m_target || !m_target->isVisible()) {
        drop();
        return;
    }
    QWidget* window = m_target->window();
    if (!m_overlay || m_overlay->parentWidget() != window) {
        delete m_overlay;
        m_overlay = new Overlay(m_theme, window);
    }
    const int gap = m_target->property(gapProperty).toInt();
    const int out = gap + ringWidth;
    const QRect inWindow(m_target->mapTo(window, QPoint()), m_target->size());
    m_overlay->setGeometry(inWindow.adjusted(-out, -out, out, out));
    static_cast<Overlay*>(m_overlay.data())
        ->setRadius(m_target->property(radiusProperty).toInt() + gap + ringWidth / 2.0);
    m_overlay->raise();
    m_overlay->show();
}

void FocusRing::drop()
{
    m_target = nullptr;
    if (m_overlay) {
        m_overlay->hide();
    }
}

} // namespace impulse::ui
