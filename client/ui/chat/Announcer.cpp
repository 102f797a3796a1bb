#include "client/ui/chat/Announcer.h"

#include <QAccessible>

namespace impulse::ui {
namespace {

constexpr int pauseMs = 2000;
constexpr int maximumJoined = 3;

} // namespace

Announcer::Announcer(QWidget* parent) : QLabel(parent)
{
    // Not hidden, or screen readers would not find it; without size nothing is seen of it.
    setFixedSize(0, 0);
    setTextFormat(Qt::PlainText);
    setFocusPolicy(Qt::NoFocus);
    m_pause.setSingleShot(true);
    m_pause.setInterval(pauseMs);
    connect(&m_pause, &QTimer::timeout, this, &Announcer::speak);
}

void Announcer::announce(const QString& sentence)
{
    m_waiting << sentence;
    if (!m_pause.isActive())
        speak();
}

void Announcer::speak()
{
    if (m_waiting.isEmpty())
        return;
    const auto count = m_waiting.size();
    QString text = m_waiting.last();
    if (count <= maximumJoined)
        text = m_waiting.join(QLatin1Char(' '));
    else
        text = tr("%n new things. The last one:", nullptr, int(count)) + QLatin1Char(' ') + text;
    m_waiting.clear();
    setText(text);
    setAccessibleName(text);
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
    m_pause.start();
}

} // namespace impulse::ui
