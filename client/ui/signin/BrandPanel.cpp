#include "client/ui/signin/BrandPanel.h"

#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/IconView.h"
#include "client/ui/widgets/Label.h"

#include <QPainter>
#include <QVBoxLayout>

#include <cmath>

namespace impulse::ui {

namespace {

constexpr int panelWidth = 340;
constexpr int logoSize = 52;
constexpr int logoLeft = 36;
constexpr int logoTop = 40;
constexpr int patternRows = 7;
constexpr int patternStep = 20;
constexpr int patternRowStep = 34;
constexpr int dot = 6;

} // namespace

BrandPanel::BrandPanel(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    m_sentence = new Label(theme, TextStyle::Heading, Token::OnBrand, this);
    m_sentence->setSizes(28, 36);
    m_sentence->setLetterSpacing(-0.4);
    m_sentence->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(logoLeft, logoTop + logoSize + 24, logoLeft, 0);
    column->setSpacing(16);
    column->addWidget(m_sentence);
    column->addSpacing(8);
    for (int i = 0; i < lineCount; ++i) {
        m_icons[i] = new IconView(theme, QLatin1String("lock"), Token::OnBrandSoft, 20, this);
        m_lines[i] = new Label(theme, TextStyle::Body, Token::OnBrandSoft, this);
        m_lines[i]->setWordWrap(true);
        auto* row = new QHBoxLayout;
        row->setSpacing(12);
        row->addWidget(m_icons[i], 0, Qt::AlignVCenter);
        row->addWidget(m_lines[i], 1);
        column->addLayout(row);
    }
    column->addStretch(1);
}

void BrandPanel::setWords(const QString& sentence, const QList<Line>& lines)
{
    m_sentence->setText(sentence);
    for (int i = 0; i < lineCount; ++i) {
        m_icons[i]->setIcon(lines.at(i).icon, Token::OnBrandSoft);
        m_lines[i]->setText(lines.at(i).text);
    }
    setAccessibleName(sentence);
}

QSize BrandPanel::sizeHint() const
{
    return {m_theme.pxCapped(panelWidth), 640};
}

// Rows of dots, stretched into pills where one bell-shaped rise travels through them.
void BrandPanel::drawPattern()
{
    const double ratio = devicePixelRatioF();
    m_pattern = QPixmap(size() * ratio);
    m_pattern.setDevicePixelRatio(ratio);
    m_pattern.fill(Qt::transparent);
    QPainter painter(&m_pattern);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const int textEnd = m_lines[lineCount - 1]->geometry().bottom() + 16;
    for (int row = 0; row < patternRows; ++row) {
        const double y = height() - 24 - row * patternRowStep;
        if (y - 25 < textEnd) {
            break;
        }
        const double crest = width() * (0.24 + 0.07 * row);
        for (int k = -1; k <= width() / patternStep; ++k) {
            const double x = 14 + k * patternStep;
            const double rise = std::exp(-std::pow((x - crest) / 34, 2));
            const double length
                = dot + rise * (25 - 1.2 * row) * (1 - row / double(patternRows + 3));
            const double alpha = 0.16 * (1 - row / (patternRows + 0.5))
                + rise * 0.30 * (1 - row / double(patternRows));
            QColor color = m_theme.color(Token::OnBrandSoft);
            color.setAlphaF(float(alpha));
            painter.setBrush(color);
            painter.drawRoundedRect(QRectF(x, y - length, dot, length), dot / 2.0, dot / 2.0);
        }
    }
}

void BrandPanel::paintEvent(QPaintEvent*)
{
    const double ratio = devicePixelRatioF();
    if (m_pattern.size() != size() * ratio) {
        drawPattern();
    }
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.color(Token::BrandPanel));
    painter.drawPixmap(0, 0, m_pattern);
    painter.drawPixmap(logoLeft, logoTop,
                       m_theme.icons().logo(QLatin1String("impulse-reversed"), logoSize, ratio));
}

} // namespace impulse::ui
