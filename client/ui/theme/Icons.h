#pragma once

#include <QCache>
#include <QColor>
#include <QHash>
#include <QIcon>
#include <QLatin1String>
#include <QPixmap>

namespace impulse::ui {

/// Line icons and logos from the resources, drawn for one colour, size and pixel ratio and cached.
/// Main thread only.
class Icons {
public:
    Icons();

    /// `name` as in `resources/icons` without ".svg"; `size` in logical px. `strokeWidth` replaces
    /// the drawn 1.75 (of 24) where a heavier line is wanted; 0 keeps it, below 16 px it is 2.
    QPixmap pixmap(QLatin1String name, const QColor& color, int size, double devicePixelRatio,
                   double strokeWidth = 0);

    /// A drawing of `resources/logo`, in its own colours (`currentColor` ones take `color`).
    QPixmap logo(QLatin1String name, int size, double devicePixelRatio,
                 const QColor& color = QColor());

    /// The window icon in all its sizes.
    QIcon application();

private:
    QByteArray source(const QString& path);
    QPixmap render(const QString& path, const QColor& color, int size, double devicePixelRatio,
                   double strokeWidth);

    QHash<QString, QByteArray> m_sources;
    QCache<QString, QPixmap> m_pixmaps;
};

} // namespace impulse::ui
