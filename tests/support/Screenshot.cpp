#include "tests/support/Screenshot.h"

#include <QCoreApplication>
#include <QDir>
#include <QImage>
#include <QPainter>
#include <QWidget>

namespace impulse::test {

QString compareScreenshot(QWidget& window, const QString& name, const QString& theme,
                          const QString& language, const QString& target)
{
    // Deferred layout and deletions first, so that the picture is what a user would see.
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QCoreApplication::processEvents();
    const QImage grab = window.grab().toImage();
    QString folder = qEnvironmentVariable("IMPULSE_SCREENSHOTS");
    if (folder.isEmpty()) {
        folder = QStringLiteral(IMPULSE_SOURCE_DIR "/build/screenshots/compare");
    }
    if (!QDir().mkpath(folder)) {
        return QString();
    }
    QImage wanted;
    if (!target.isEmpty()
        && !wanted.load(QStringLiteral(IMPULSE_SOURCE_DIR "/tests/ui/targets/%1.png").arg(target)))
        return QString();
    QImage both = grab;
    if (!wanted.isNull()) {
        constexpr int gap = 12;
        both = QImage(wanted.width() + gap + grab.width(),
                      std::max(wanted.height(), grab.height()), QImage::Format_RGB32);
        both.fill(QColor(255, 0, 255));
        QPainter painter(&both);
        painter.drawImage(0, 0, wanted);
        painter.drawImage(wanted.width() + gap, 0, grab);
    }
    const QString path = QStringLiteral("%1/%2-%3-%4.png").arg(folder, name, theme, language);
    return both.save(path) ? path : QString();
}

} // namespace impulse::test
