#pragma once

#include "client/ui/widgets/BusyFocus.h"

#include <QDialog>

namespace impulse::ui {

class Theme;

/// A dialog whose request takes a while: it stays open while it works, until accept(); Esc and
/// Cancel then only ask to stop. Grows where an error needs another line. Deletes itself when it is
/// closed. Main thread.
class FormDialog : public QDialog {
    Q_OBJECT

public:
    FormDialog(Theme& theme, QWidget* parent);

    void setBusy(bool busy);
    void reject() override;

Q_SIGNALS:
    /// Esc or Cancel while it works.
    void cancelRequested();

protected:
    bool isBusy() const { return m_busy; }
    /// Disables or enables what may be changed.
    virtual void showBusy(bool busy) = 0;
    bool event(QEvent* event) override;

private:
    void grow();

    BusyFocus m_busyFocus{*this};
    bool m_busy = false;
};

} // namespace impulse::ui
