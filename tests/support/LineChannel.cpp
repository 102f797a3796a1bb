#include "tests/support/LineChannel.h"

#include <QJsonDocument>

#include <cstdio>
#include <unistd.h>

namespace impulse::test {

LineChannel::LineChannel(QObject* parent)
    : QObject(parent), m_notifier(STDIN_FILENO, QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, &LineChannel::readInput);
}

void LineChannel::readInput()
{
    char buffer[4096];
    const auto count = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (count <= 0) {
        m_notifier.setEnabled(false);
        Q_EMIT ended();
        return;
    }
    m_input.append(buffer, count);
    for (auto end = m_input.indexOf('\n'); end >= 0; end = m_input.indexOf('\n')) {
        const auto object = QJsonDocument::fromJson(m_input.left(end)).object();
        m_input.remove(0, end + 1);
        Q_EMIT received(object);
    }
}

void LineChannel::send(const QJsonObject& object)
{
    std::printf("%s\n", QJsonDocument(object).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
}

} // namespace impulse::test
