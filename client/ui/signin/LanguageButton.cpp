#include "client/ui/signin/LanguageButton.h"

#include "client/ui/theme/Language.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Menu.h"

#include <QActionGroup>
#include <QEvent>
#include <QPainter>

namespace impulse::ui {

namespace {

constexpr int chevron = 16;
constexpr int gap = 6;

// A language is always named in itself, so that whoever needs it can read it.
QString ownName(Language language)
{
    return language == Language::Russian ? QStringLiteral("Русский") : QStringLiteral("English");
}

} // namespace

LanguageButton::LanguageButton(Theme& theme, LanguageSwitch& languages, QWidget* parent)
    : QAbstractButton(parent), m_theme(theme), m_languages(languages)
{
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    enableFocusRing(*this, theme.metrics().radiusSmall, 0);
    connect(this, &QAbstractButton::clicked, this, &LanguageButton::openMenu);
    retranslate();
}

void LanguageButton::retranslate()
{
    setText(ownName(m_languages.language()));
    setAccessibleName(tr("Language: %1").arg(text()));
    updateGeometry();
    update();
}

void LanguageButton::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QAbstractButton::changeEvent(event);
}

QSize LanguageButton::sizeHint() const
{
    const QFontMetrics metrics(m_theme.font(TextStyle::Small));
    return {metrics.horizontalAdvance(text()) + gap + m_theme.pxCapped(chevron),
            std::max(24, m_theme.lineHeight(TextStyle::Small))};
}

void LanguageButton::openMenu()
{
    auto* menu = new Menu(m_theme, this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    auto* group = new QActionGroup(menu);
    for (Language language : {Language::English, Language::Russian}) {
        QAction* action = menu->addAction(ownName(language));
        action->setCheckable(true);
        action->setChecked(language == m_languages.language());
        group->addAction(action);
        connect(action, &QAction::triggered, this,
                [this, language] { m_languages.setLanguage(language); });
    }
    menu->popup(mapToGlobal(QPoint(0, -menu->sizeHint().height())));
}

void LanguageButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Token token = underMouse() ? Token::TextPrimary : Token::TextSecondary;
    const int side = m_theme.pxCapped(chevron);
    painter.setFont(m_theme.font(TextStyle::Small));
    painter.setPen(m_theme.color(token));
    painter.drawText(rect().adjusted(0, 0, -side - gap, 0), Qt::AlignVCenter | Qt::AlignLeft,
                     text());
    painter.drawPixmap(width() - side, (height() - side) / 2,
                       m_theme.icon(QLatin1String("chevron-down"), token, side,
                                    devicePixelRatioF()));
}

} // namespace impulse::ui
