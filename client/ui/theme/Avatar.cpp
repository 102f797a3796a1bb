#include "client/ui/theme/Avatar.h"

#include "client/ui/theme/Theme.h"

#include <QCryptographicHash>
#include <QPainter>
#include <QPaintDevice>
#include <QTextBoundaryFinder>

namespace impulse::ui {

namespace {

QString firstGrapheme(const QString& text)
{
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, text);
    const qsizetype end = finder.toNextBoundary();
    return end > 0 ? text.left(end) : text;
}

bool isEmoji(const QString& grapheme)
{
    const QList<uint> points = grapheme.toUcs4();
    if (points.isEmpty()) {
        return false;
    }
    // Pictographs, dingbats and symbols; letters and digits of every script lie outside.
    return points.first() >= 0x1F000 || (points.first() >= 0x2190 && points.first() <= 0x2BFF);
}

void paintPresence(QPainter& painter, const QRect& box, Token ring, const Theme& theme)
{
    const double size = std::clamp(box.width() * 0.25, 9.0, 16.0);
    const QRectF dot(box.right() + 1 - size, box.bottom() + 1 - size, size, size);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.color(ring));
    painter.drawEllipse(dot.adjusted(-2, -2, 2, 2));
    painter.setBrush(theme.color(Token::Presence));
    painter.drawEllipse(dot);
}

} // namespace

int avatarSlot(QByteArrayView id)
{
    const QByteArray hash
        = QCryptographicHash::hash(QByteArray(id.data(), id.size()), QCryptographicHash::Sha256);
    return uchar(hash.at(0)) % avatarSlots;
}

QString avatarInitials(const QString& name)
{
    const QStringList words = name.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words.isEmpty()) {
        return QStringLiteral("?");
    }
    const QString first = firstGrapheme(words.first());
    if (isEmoji(first)) {
        return first;
    }
    QString initials = first.toUpper();
    if (words.size() > 1) {
        const QString second = firstGrapheme(words.at(1));
        if (!isEmoji(second)) {
            initials += second.toUpper();
        }
    }
    return initials;
}

void paintAvatar(QPainter& painter, const QRect& box, const AvatarSpec& spec, const Theme& theme)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(spec.notesToSelf ? theme.color(Token::AccentSubtle)
                                      : theme.avatarBackground(spec.slot));
    if (spec.group) {
        const double radius = box.width() * 0.3;
        painter.drawRoundedRect(box, radius, radius);
    } else {
        painter.drawEllipse(box);
    }
    if (spec.notesToSelf) {
        const int size = box.width() / 2;
        const QPixmap icon = theme.icon(QLatin1String("bookmark"), Token::Accent, size,
                                        painter.device()->devicePixelRatioF());
        painter.drawPixmap(box.center() - QPoint(size / 2, size / 2) + QPoint(1, 1), icon);
    } else {
        QFont font = theme.font(TextStyle::Body, QFont::DemiBold);
        font.setPixelSize(std::max(8, qRound(box.width() * 0.36)));
        painter.setFont(font);
        painter.setPen(theme.avatarForeground(spec.slot));
        painter.drawText(box, Qt::AlignCenter, avatarInitials(spec.name));
    }
    if (spec.online) {
        paintPresence(painter, box, spec.ring, theme);
    }
    painter.restore();
}

} // namespace impulse::ui
