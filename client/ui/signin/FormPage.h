#pragma once

#include "client/ui/widgets/BusyFocus.h"

#include <QWidget>

class QVBoxLayout;

namespace impulse::ui {

class Theme;

/// The scrolling right-hand side of the sign-in window: a column of fields with a footer at the
/// bottom. Pages derive from it. Main thread.
class FormPage : public QWidget {
    Q_OBJECT

public:
    FormPage(Theme& theme, const QMargins& margins, QWidget* parent = nullptr);

Q_SIGNALS:
    /// Esc while the page works.
    void cancelRequested();

protected:
    QVBoxLayout& column() { return *m_column; }
    Theme& theme() { return m_theme; }
    /// Called at once by the page's constructor and again whenever the language changes.
    virtual void retranslate() = 0;
    virtual bool isBusy() const = 0;
    BusyFocus& busyFocus() { return m_busyFocus; }
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    Theme& m_theme;
    BusyFocus m_busyFocus{*this};
    QVBoxLayout* m_column;
};

} // namespace impulse::ui
