#include "client/ui/signin/SecretClipboard.h"

#include <QClipboard>
#include <QCryptographicHash>
#include <QGuiApplication>
#include <QMimeData>
#include <QTimer>

namespace impulse::ui {

namespace {

// What was copied is known again by its hash; the secret itself is not kept.
QByteArray mark(const QString& text)
{
    return QCryptographicHash::hash(text.toUtf8(), QCryptographicHash::Sha256);
}

} // namespace

void copySecret(const QString& secret, int seconds)
{
    auto* data = new QMimeData;
    data->setText(secret);
    data->setData(QStringLiteral("x-kde-passwordManagerHint"), QByteArrayLiteral("secret"));
    QGuiApplication::clipboard()->setMimeData(data);
    auto* timer = new QTimer(qApp);
    timer->setSingleShot(true);
    const auto clear = [known = mark(secret), timer] {
        QClipboard* clipboard = QGuiApplication::clipboard();
        if (mark(clipboard->text()) == known) {
            clipboard->clear();
        }
        timer->deleteLater();
    };
    QObject::connect(timer, &QTimer::timeout, timer, clear);
    QObject::connect(qApp, &QCoreApplication::aboutToQuit, timer, clear);
    timer->start(seconds * 1000);
}

} // namespace impulse::ui
