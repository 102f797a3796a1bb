#include "client/ui/dialogs/FormDialog.h"

#include "client/ui/theme/Theme.h"

#include <QEvent>
#include <QLayout>

namespace impulse::ui {

namespace {

constexpr int dialogWidth = 440;

} // namespace

FormDialog::FormDialog(Theme& theme, QWidget* parent) : QDialog(parent)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowModality(Qt::WindowModal);
    setWindowTitle(QStringLiteral("Impulse"));
    setMinimumWidth(theme.pxCapped(dialogWidth));
    resize(minimumWidth(), 0);
}

void FormDialog::setBusy(bool busy)
{
    m_busy = busy;
    if (busy) {
        m_busyFocus.hold();
    }
    showBusy(busy);
    if (!busy) {
        m_busyFocus.giveBack();
    }
}

void FormDialog::reject()
{
    if (m_busy) {
        Q_EMIT cancelRequested();
        return;
    }
    QDialog::reject();
}

bool FormDialog::event(QEvent* event)
{
    const bool taken = QDialog::event(event);
    if (event->type() == QEvent::LayoutRequest || event->type() == QEvent::Polish) {
        grow();
    }
    return taken;
}

void FormDialog::grow()
{
    if (!layout()) {
        return;
    }
    const int needed = layout()->hasHeightForWidth() ? layout()->totalHeightForWidth(width())
                                                     : layout()->totalSizeHint().height();
    if (needed > height()) {
        resize(width(), needed);
    }
}

} // namespace impulse::ui
