#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QObject>
#include <QSocketNotifier>

namespace impulse::test {

/// How a test drives a process of its own: JSON objects, one a line, on standard input and output.
/// The thread of the event loop.
class LineChannel : public QObject {
    Q_OBJECT
public:
    explicit LineChannel(QObject* parent = nullptr);

    void send(const QJsonObject& object);

Q_SIGNALS:
    void received(const QJsonObject& object);
    /// The driver is gone.
    void ended();

private:
    void readInput();

    QSocketNotifier m_notifier;
    QByteArray m_input;
};

} // namespace impulse::test
