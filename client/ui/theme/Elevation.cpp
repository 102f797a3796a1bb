#include "client/ui/theme/Elevation.h"

#include "client/ui/theme/Theme.h"

#include <QImage>
#include <QPainter>
#include <QPaintDevice>
#include <QPixmapCache>

#include <vector>

namespace impulse::ui {

namespace {

int blurOf(Elevation level)
{
    return level == Elevation::Raised ? 8 : 24;
}

int dropOf(Elevation level)
{
    return level == Elevation::Raised ? 2 : 8;
}

// One pass of a running mean along lines of `count` samples, `step` bytes apart.
void boxPass(uchar* line, int count, qsizetype step, int radius, std::vector<uchar>& copy)
{
    for (int i = 0; i < count; ++i) {
        copy[size_t(i)] = line[i * step];
    }
    const int window = 2 * radius + 1;
    int sum = 0;
    for (int i = -radius; i <= radius; ++i) {
        sum += i >= 0 && i < count ? copy[size_t(i)] : 0;
    }
    for (int i = 0; i < count; ++i) {
        line[i * step] = uchar(sum / window);
        const int in = i + radius + 1;
        const int out = i - radius;
        sum += in < count ? copy[size_t(in)] : 0;
        sum -= out >= 0 ? copy[size_t(out)] : 0;
    }
}

// Three box passes come within 3 % of a Gaussian of standard deviation blur/2.
void blur(QImage& alpha, int radius)
{
    std::vector<uchar> copy(size_t(std::max(alpha.width(), alpha.height())));
    for (int pass = 0; pass < 3; ++pass) {
        for (int y = 0; y < alpha.height(); ++y) {
            boxPass(alpha.scanLine(y), alpha.width(), 1, radius, copy);
        }
        for (int x = 0; x < alpha.width(); ++x) {
            boxPass(alpha.bits() + x, alpha.height(), alpha.bytesPerLine(), radius, copy);
        }
    }
}

QPixmap shadowPatch(Elevation level, int radius, double ratio, const QColor& color)
{
    const QString key = QStringLiteral("impulse-shadow|%1|%2|%3|%4")
                            .arg(int(level))
                            .arg(radius)
                            .arg(ratio)
                            .arg(color.rgba());
    QPixmap patch;
    if (QPixmapCache::find(key, &patch)) {
        return patch;
    }
    const int corner = elevationMargin(level) + radius;
    const int side = int((2 * corner + 1) * ratio);
    QImage alpha(side, side, QImage::Format_Alpha8);
    alpha.fill(0);
    {
        QPainter painter(&alpha);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(Qt::black);
        const double margin = elevationMargin(level) * ratio;
        painter.drawRoundedRect(QRectF(0, 0, side, side).adjusted(margin, margin, -margin, -margin),
                                radius * ratio, radius * ratio);
    }
    blur(alpha, std::max(1, int(blurOf(level) * ratio / 4)));
    QImage shadow(side, side, QImage::Format_ARGB32_Premultiplied);
    shadow.fill(color);
    {
        QPainter painter(&shadow);
        painter.setCompositionMode(QPainter::CompositionMode_DestinationIn);
        painter.drawImage(0, 0, alpha);
    }
    patch = QPixmap::fromImage(shadow);
    QPixmapCache::insert(key, patch);
    return patch;
}

void drawNinePatch(QPainter& painter, const QRectF& target, const QPixmap& patch, double corner,
                   double ratio)
{
    const double c = corner * ratio;
    const double side = patch.width();
    const double xs[4] = {target.left(), target.left() + corner, target.right() - corner,
                          target.right()};
    const double ys[4] = {target.top(), target.top() + corner, target.bottom() - corner,
                          target.bottom()};
    const double source[4] = {0, c, side - c, side};
    for (int row = 0; row < 3; ++row) {
        for (int column = 0; column < 3; ++column) {
            painter.drawPixmap(QRectF(QPointF(xs[column], ys[row]),
                                      QPointF(xs[column + 1], ys[row + 1])),
                               patch,
                               QRectF(QPointF(source[column], source[row]),
                                      QPointF(source[column + 1], source[row + 1])));
        }
    }
}

} // namespace

int elevationMargin(Elevation level)
{
    return blurOf(level) + dropOf(level);
}

void paintElevated(QPainter& painter, const QRect& box, int radius, Elevation level,
                   const Theme& theme)
{
    const double ratio = painter.device()->devicePixelRatioF();
    const int margin = elevationMargin(level);
    const QPixmap patch = shadowPatch(level, radius, ratio, theme.color(Token::Shadow));
    painter.save();
    drawNinePatch(painter,
                  QRectF(box).adjusted(-margin, -margin, margin, margin)
                      .translated(0, dropOf(level)),
                  patch, margin + radius, ratio);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme.color(Token::BorderSubtle), 1));
    painter.setBrush(theme.color(Token::SurfaceRaised));
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    painter.restore();
}

} // namespace impulse::ui
