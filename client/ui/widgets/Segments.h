#pragma once

#include <QButtonGroup>
#include <QWidget>

namespace impulse::ui {

class Theme;

/// Exclusive choices on one track (design 4.1). Nothing is chosen until setCurrent() or a click, so
/// it also serves questions that must not have a default. Main thread.
class Segments : public QWidget {
    Q_OBJECT

public:
    explicit Segments(Theme& theme, QWidget* parent = nullptr);

    /// Adds a segment; its index is the count so far.
    void addSegment(const QString& text);
    void setSegmentText(int index, const QString& text);
    /// -1: none.
    int current() const { return m_group.checkedId(); }
    void setCurrent(int index);

Q_SIGNALS:
    void currentChanged(int index);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    class Segment;
    Theme& m_theme;
    QButtonGroup m_group;
};

} // namespace impulse::ui
