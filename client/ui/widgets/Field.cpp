#include "client/ui/widgets/Field.h"

#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/IconButton.h"
#include "client/ui/widgets/IconView.h"
#include "client/ui/widgets/Label.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPainter>
#include <QVBoxLayout>

namespace impulse::ui {

/// The painted border: 1 px at rest, 2 px with the focus or an error.
class Field::Frame : public QWidget {
public:
    Frame(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme)
    {
        setCursor(Qt::IBeamCursor);
    }

    void setState(bool focus, bool error)
    {
        m_focus = focus;
        m_error = error;
        update();
    }

    QSize sizeHint() const override { return {240, m_theme.px(m_theme.metrics().fieldHeight)}; }
    QSize minimumSizeHint() const override { return {48, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const Token edge = m_error ? Token::Danger : m_focus ? Token::Focus : Token::BorderControl;
        const double pen = m_error || m_focus ? 2 : 1;
        painter.setPen(QPen(m_theme.color(isEnabled() ? edge : Token::BorderSubtle), pen));
        painter.setBrush(m_theme.color(isEnabled() ? Token::SurfaceBase : Token::SurfaceSidebar));
        const double radius = m_theme.metrics().radiusControl - pen / 2;
        painter.drawRoundedRect(
            QRectF(rect()).adjusted(pen / 2, pen / 2, -pen / 2, -pen / 2), radius, radius);
    }

private:
    Theme& m_theme;
    bool m_focus = false;
    bool m_error = false;
};

Field::Field(Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme),
      m_label(new Label(theme, TextStyle::Small, Token::TextPrimary, this)),
      m_frame(new Frame(theme, this)), m_leading(nullptr), m_edit(new QLineEdit(m_frame)),
      m_trailing(nullptr), m_hintLine(new QWidget(this)),
      m_hintIcon(new IconView(theme, QLatin1String("alert"), Token::Danger, 14, m_hintLine)),
      m_hintLabel(new Label(theme, TextStyle::Meta, Token::TextSecondary, m_hintLine))
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    m_frame->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_label->setWeight(QFont::DemiBold);
    m_label->setContentsMargins(0, 0, 0, 6);
    m_label->setBuddy(m_edit);
    m_label->hide();
    m_edit->setFrame(false);
    m_edit->setProperty("impulseBare", true);
    m_edit->setAttribute(Qt::WA_MacShowFocusRect, false);
    m_edit->installEventFilter(this);
    m_row = new QHBoxLayout(m_frame);
    m_row->setContentsMargins(12, 0, 12, 0);
    m_row->setSpacing(8);
    m_row->addWidget(m_edit, 1);
    static_cast<IconView*>(m_hintIcon)->setLineHeight(16);
    m_hintLabel->setWordWrap(true);
    auto* hintRow = new QHBoxLayout(m_hintLine);
    hintRow->setContentsMargins(0, 6, 0, 0);
    hintRow->setSpacing(6);
    hintRow->addWidget(m_hintIcon, 0, Qt::AlignTop);
    hintRow->addWidget(m_hintLabel, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_label);
    column->addWidget(m_frame);
    column->addWidget(m_hintLine);
    setFocusProxy(m_edit);
    connect(m_edit, &QLineEdit::textChanged, this, &Field::textChanged);
    connect(m_edit, &QLineEdit::editingFinished, this, &Field::editingFinished);
    connect(m_edit, &QLineEdit::returnPressed, this, &Field::returnPressed);
    connect(&theme, &Theme::changed, this, &Field::applyTheme);
    applyTheme();
    updateHint();
}

void Field::applyTheme()
{
    m_edit->setFont(m_theme.font(m_mono ? TextStyle::Code : TextStyle::Body));
    if (m_mono) {
        QFont font = m_edit->font();
        font.setPixelSize(m_theme.px(14));
        m_edit->setFont(font);
    }
    m_frame->updateGeometry();
    m_frame->update();
}

void Field::setLabel(const QString& label)
{
    m_label->setText(label);
    m_label->setVisible(!label.isEmpty());
    m_edit->setAccessibleName(label);
}

void Field::setLeadingIcon(QLatin1String name)
{
    delete m_leading;
    m_leading = new IconView(m_theme, name, Token::TextSecondary, 18, m_frame);
    m_row->insertWidget(0, m_leading);
}

void Field::setTrailingIcon(QLatin1String name, Token token)
{
    delete m_trailing;
    m_trailing = nullptr;
    if (name.size() > 0) {
        m_trailing = new IconView(m_theme, name, token, 18, m_frame);
        m_row->insertWidget(m_row->indexOf(m_edit) + 1, m_trailing);
        m_trailing->show();
    }
}

void Field::makePassword()
{
    m_edit->setEchoMode(QLineEdit::Password);
    m_edit->setInputMethodHints(Qt::ImhHiddenText | Qt::ImhSensitiveData | Qt::ImhNoAutoUppercase
                                | Qt::ImhNoPredictiveText);
    m_show = new IconButton(m_theme, QLatin1String("eye"), m_frame);
    m_show->setObjectName(QStringLiteral("showPassword"));
    m_show->setSides(30, 18);
    m_show->setCheckable(true);
    m_show->setCursor(Qt::ArrowCursor);
    m_row->addWidget(m_show);
    m_row->setContentsMargins(12, 0, 6, 0);
    connect(m_show, &QAbstractButton::toggled, this, [this](bool shown) {
        m_edit->setEchoMode(shown ? QLineEdit::Normal : QLineEdit::Password);
        m_show->setIconName(QLatin1String(shown ? "eye-off" : "eye"));
        updateShowLabel();
    });
    updateShowLabel();
}

void Field::updateShowLabel()
{
    if (m_show) {
        m_show->setLabel(m_show->isChecked() ? tr("Hide password") : tr("Show password"));
    }
}

void Field::setHint(Hint kind, const QString& text, QLatin1String icon)
{
    m_hintKind = kind;
    m_hintText = text;
    Token token = Token::TextSecondary;
    if (kind == Hint::Good) {
        token = Token::Success;
    } else if (kind == Hint::Warning) {
        token = Token::Warning;
    } else if (kind == Hint::Error) {
        token = Token::Danger;
    }
    if (icon.size() == 0 && (kind == Hint::Error || kind == Hint::Warning)) {
        icon = QLatin1String("alert");
    }
    static_cast<IconView*>(m_hintIcon)->setIcon(icon, token);
    m_hintIcon->setVisible(icon.size() > 0);
    m_hintLabel->setToken(token);
    m_hintLabel->setText(text);
    m_edit->setAccessibleDescription(text);
    updateHint();
}

void Field::updateHint()
{
    const bool shown = !m_hintText.isEmpty();
    m_hintLine->setVisible(shown || m_reserve);
    if (m_footer) {
        m_footer->setVisible(!shown);
    }
    m_frame->setState(m_edit->hasFocus(), hasError());
}

void Field::reserveHint()
{
    m_reserve = true;
    if (m_hintText.isEmpty()) {
        clearHint();
    }
}

void Field::setFooter(QWidget* footer)
{
    m_footer = footer;
    footer->setParent(this);
    static_cast<QVBoxLayout*>(layout())->insertWidget(2, footer);
    updateHint();
}

void Field::setMonospace(bool monospace)
{
    m_mono = monospace;
    applyTheme();
}

QString Field::text() const
{
    return m_edit->text();
}

void Field::setText(const QString& text)
{
    m_edit->setText(text);
}

SecretText Field::secret() const
{
    return SecretText(m_edit->text());
}

void Field::wipe()
{
    wipeField(*m_edit);
}

bool Field::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_edit
        && (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)) {
        m_frame->setState(event->type() == QEvent::FocusIn, hasError());
    }
    return QWidget::eventFilter(watched, event);
}

void Field::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        updateShowLabel();
    }
    QWidget::changeEvent(event);
}

} // namespace impulse::ui
