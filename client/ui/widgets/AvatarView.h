#pragma once

#include "client/ui/theme/Avatar.h"

#include <QWidget>

namespace impulse::ui {

/// An avatar as a widget (profile, header); lists paint theirs in the delegate. Main thread.
class AvatarView : public QWidget {
    Q_OBJECT

public:
    AvatarView(Theme& theme, int side, QWidget* parent = nullptr);

    void setSpec(const AvatarSpec& spec);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Theme& m_theme;
    int m_side;
    AvatarSpec m_spec;
};

} // namespace impulse::ui
