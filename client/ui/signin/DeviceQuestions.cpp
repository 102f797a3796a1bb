#include "client/ui/signin/DeviceQuestions.h"

#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Card.h"
#include "client/ui/widgets/IconView.h"
#include "client/ui/widgets/Label.h"
#include "client/ui/widgets/Segments.h"

#include <QEvent>
#include <QLocale>
#include <QVBoxLayout>

namespace impulse::ui {

DeviceQuestions::DeviceQuestions(Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_column(new QVBoxLayout(this))
{
    m_column->setContentsMargins(0, 0, 0, 0);
}

void DeviceQuestions::setDevices(const QList<KnownDevice>& devices)
{
    auto* card = new Card(m_theme, Token::SurfaceBase, this);
    for (const KnownDevice& device : devices) {
        auto* row = new QWidget(card);
        auto* line = new QHBoxLayout(row);
        line->setContentsMargins(16, 12, 16, 12);
        line->setSpacing(16);
        line->addWidget(
            new IconView(m_theme, QLatin1String("device"), Token::TextSecondary, 20, row));
        auto* words = new QVBoxLayout;
        words->setSpacing(0);
        auto* name = new Label(m_theme, TextStyle::Body, Token::TextPrimary, row);
        name->setText(device.name);
        auto* added = new Label(m_theme, TextStyle::Small, Token::TextSecondary, row);
        words->addWidget(name);
        words->addWidget(added);
        line->addLayout(words, 1);
        auto* answer = new Segments(m_theme, row);
        answer->addSegment(QString());
        answer->addSegment(QString());
        answer->setAccessibleName(device.name);
        line->addWidget(answer);
        connect(answer, &Segments::currentChanged, this, &DeviceQuestions::answered);
        card->addRow(row);
        m_rows.append({device, added, answer});
    }
    m_column->addWidget(card);
    m_column->addStretch(1);
    retranslate();
}

bool DeviceQuestions::allAnswered() const
{
    return std::all_of(m_rows.cbegin(), m_rows.cend(),
                       [](const Row& row) { return row.answer->current() >= 0; });
}

QList<QByteArray> DeviceQuestions::lost() const
{
    QList<QByteArray> ids;
    for (const Row& row : m_rows) {
        if (row.answer->current() == 1) {
            ids.append(row.device.id);
        }
    }
    return ids;
}

void DeviceQuestions::retranslate()
{
    for (const Row& row : std::as_const(m_rows)) {
        row.added->setText(
            tr("Added on %1").arg(QLocale().toString(row.device.added,
                                                     QStringLiteral("d MMMM yyyy"))));
        row.added->setVisible(row.device.added.isValid());
        row.answer->setSegmentText(0, tr("Still mine"));
        row.answer->setSegmentText(1, tr("Lost"));
    }
}

void DeviceQuestions::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QWidget::changeEvent(event);
}

} // namespace impulse::ui
