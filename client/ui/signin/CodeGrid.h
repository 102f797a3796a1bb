#pragma once

#include <QStringList>
#include <QWidget>

namespace impulse::ui {

class Theme;

/// The recovery code in groups, four columns at any length. Main thread.
class CodeGrid : public QWidget {
    Q_OBJECT

public:
    explicit CodeGrid(Theme& theme, QWidget* parent = nullptr);

    void setGroups(const QStringList& groups);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int rowStep() const;

    Theme& m_theme;
    QStringList m_groups;
};

} // namespace impulse::ui
