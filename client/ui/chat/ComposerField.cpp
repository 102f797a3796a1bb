#include "client/ui/chat/ComposerField.h"

#include "client/ui/theme/Theme.h"

#include <QAbstractTextDocumentLayout>
#include <QKeyEvent>
#include <QMimeData>

namespace impulse::ui {
namespace {

constexpr int maximumLines = 8;

} // namespace

ComposerField::ComposerField(Theme& theme, QWidget* parent) : QTextEdit(parent), m_theme(theme)
{
    setAcceptRichText(false);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTabChangesFocus(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    document()->setDocumentMargin(0);
    connect(&theme, &Theme::changed, this, &ComposerField::applyTheme);
    connect(document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this,
            &ComposerField::fit);
    applyTheme();
    retranslate();
}

void ComposerField::applyTheme()
{
    setFont(m_theme.font(TextStyle::Body));
    QPalette palette = m_theme.palette();
    palette.setColor(QPalette::Base, Qt::transparent);
    palette.setColor(QPalette::Text, m_theme.color(Token::TextPrimary));
    palette.setColor(QPalette::PlaceholderText, m_theme.color(Token::TextSecondary));
    setPalette(palette);
    viewport()->setAutoFillBackground(false);
    fit();
}

void ComposerField::retranslate()
{
    setPlaceholderText(tr("Write a message"));
    setAccessibleName(tr("Message"));
}

void ComposerField::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QTextEdit::changeEvent(event);
}

void ComposerField::fit()
{
    const int step = std::max(1, QFontMetrics(font()).lineSpacing());
    m_lines = std::clamp(int((document()->size().height() + step / 2.0) / step), 1, maximumLines);
    const bool scrolls = document()->size().height() > (maximumLines + 0.5) * step;
    setVerticalScrollBarPolicy(scrolls ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
    updateGeometry();
}

QSize ComposerField::sizeHint() const
{
    return {200, m_lines * QFontMetrics(font()).lineSpacing() + 1};
}

QSize ComposerField::minimumSizeHint() const
{
    return {60, sizeHint().height()};
}

void ComposerField::resizeEvent(QResizeEvent* event)
{
    QTextEdit::resizeEvent(event);
    fit();
}

void ComposerField::keyPressEvent(QKeyEvent* event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && !event->modifiers().testFlag(Qt::ShiftModifier)) {
        Q_EMIT sendWanted();
        return;
    }
    if (event->key() == Qt::Key_Up && event->modifiers() == Qt::NoModifier
        && document()->isEmpty()) {
        Q_EMIT upInEmpty();
        return;
    }
    // Esc belongs to the window; a text field would swallow it.
    if (event->key() == Qt::Key_Escape) {
        event->ignore();
        return;
    }
    QTextEdit::keyPressEvent(event);
}

void ComposerField::insertFromMimeData(const QMimeData* source)
{
    if (source->hasText())
        insertPlainText(source->text());
}

void ComposerField::focusInEvent(QFocusEvent* event)
{
    QTextEdit::focusInEvent(event);
    Q_EMIT focusChanged();
}

void ComposerField::focusOutEvent(QFocusEvent* event)
{
    QTextEdit::focusOutEvent(event);
    Q_EMIT focusChanged();
}

} // namespace impulse::ui
