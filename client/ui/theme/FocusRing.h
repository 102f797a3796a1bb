#pragma once

#include <QPointer>
#include <QWidget>

namespace impulse::ui {

class Theme;

/// Marks a control for the ring: `radius` is the control's own corner radius, `gap` the space
/// between control and ring (2 around filled shapes; negative draws inside, for rows).
void enableFocusRing(QWidget& control, int radius, int gap = 2);

/// The 2 px ring around the focused control, drawn by one overlay per process above all siblings
/// so that no layout has to leave room for it. It shows after keyboard use only. Main thread.
class FocusRing : public QObject {
    Q_OBJECT

public:
    explicit FocusRing(Theme& theme);
    ~FocusRing() override;

    /// True while the focus was last moved by the keyboard (rows paint their own ring by this).
    bool keyboardInUse() const { return m_keyboard; }
    /// The control that has the ring, or null.
    QWidget* target() const { return m_target; }

    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void follow();
    void drop();

    class Overlay;
    Theme& m_theme;
    QPointer<QWidget> m_target;
    QPointer<QWidget> m_overlay;
    bool m_keyboard = false;
};

} // namespace impulse::ui
