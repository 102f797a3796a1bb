#pragma once

#include <QPointer>
#include <QWidget>

namespace impulse::ui {

/// While a form works its fields are disabled: the keyboard stays with the form itself, so that Esc
/// is heard, and goes back to where it was afterwards. Main thread.
class BusyFocus {
public:
    explicit BusyFocus(QWidget& form) : m_form(form) {}

    /// Before the fields are disabled.
    void hold()
    {
        if (m_held) {
            return;
        }
        m_held = true;
        m_before = m_form.window()->focusWidget();
        m_form.setFocusPolicy(Qt::StrongFocus);
        m_form.setFocus(Qt::OtherFocusReason);
    }
    /// After they are enabled again.
    void giveBack()
    {
        if (!m_held) {
            return;
        }
        m_held = false;
        const bool here = m_form.hasFocus();
        m_form.setFocusPolicy(Qt::NoFocus);
        if (here && m_before) {
            m_before->setFocus(Qt::OtherFocusReason);
        }
    }

private:
    QWidget& m_form;
    QPointer<QWidget> m_before;
    bool m_held = false;
};

} // namespace impulse::ui
