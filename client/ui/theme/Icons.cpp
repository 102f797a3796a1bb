#include "client/ui/theme/Icons.h"

#include <QFile>
#include <QPainter>
#include <QSvgRenderer>

namespace impulse::ui {

namespace {

constexpr int cachedPixmaps = 512;

} // namespace

Icons::Icons() : m_pixmaps(cachedPixmaps) {}

QByteArray Icons::source(const QString& path)
{
    const auto known = m_sources.constFind(path);
    if (known != m_sources.cend()) {
        return *known;
    }
    QFile file(path);
    QByteArray bytes;
    if (file.open(QIODevice::ReadOnly)) {
        bytes = file.readAll();
    }
    Q_ASSERT_X(!bytes.isEmpty(), "Icons", qPrintable(path));
    m_sources.insert(path, bytes);
    return bytes;
}

QPixmap Icons::render(const QString& path, const QColor& color, int size, double devicePixelRatio,
                      double strokeWidth)
{
    const QString key = QStringLiteral("%1|%2|%3|%4|%5")
                            .arg(path)
                            .arg(color.isValid() ? color.rgba() : 0U)
                            .arg(size)
                            .arg(devicePixelRatio)
                            .arg(strokeWidth);
    if (const QPixmap* known = m_pixmaps.object(key)) {
        return *known;
    }
    QByteArray svg = source(path);
    if (color.isValid()) {
        svg.replace("currentColor", color.name(QColor::HexRgb).toLatin1());
    }
    if (strokeWidth > 0) {
        const QByteArray width = "stroke-width=\"" + QByteArray::number(strokeWidth) + '"';
        svg.replace("stroke-width=\"1.75\"", width);
    }
    const int pixels = qRound(size * devicePixelRatio);
    QPixmap pixmap(pixels, pixels);
    pixmap.fill(Qt::transparent);
    QSvgRenderer renderer(svg);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    renderer.render(&painter, QRectF(0, 0, pixels, pixels));
    painter.end();
    pixmap.setDevicePixelRatio(devicePixelRatio);
    m_pixmaps.insert(key, new QPixmap(pixmap));
    return pixmap;
}

QPixmap Icons::pixmap(QLatin1String name, const QColor& color, int size, double devicePixelRatio,
                      double strokeWidth)
{
    constexpr int smallestThinIcon = 16;
    if (strokeWidth <= 0 && size < smallestThinIcon) {
        strokeWidth = 2;
    }
    return render(QStringLiteral(":/icons/%1.svg").arg(name), color, size, devicePixelRatio,
                  strokeWidth);
}

QPixmap Icons::logo(QLatin1String name, int size, double devicePixelRatio, const QColor& color)
{
    return render(QStringLiteral(":/logo/%1.svg").arg(name), color, size, devicePixelRatio, 0);
}

QIcon Icons::application()
{
    QIcon icon;
    for (int size : {16, 20}) {
        icon.addPixmap(logo(QLatin1String("impulse-16"), size, 1));
    }
    for (int size : {24, 32}) {
        icon.addPixmap(logo(QLatin1String("impulse-32"), size, 1));
    }
    for (int size : {48, 64, 128, 256}) {
        icon.addPixmap(logo(QLatin1String("impulse"), size, 1));
    }
    return icon;
}

} // namespace impulse::ui
