#pragma once

#include <QPixmap>
#include <QWidget>

namespace impulse::ui {

class IconView;
class Label;
class Theme;

/// The left side of the sign-in window: reversed logo, one sentence, three lines with icons, the
/// dot pattern in the lower part (never behind text). Main thread.
class BrandPanel : public QWidget {
    Q_OBJECT

public:
    struct Line {
        QLatin1String icon;
        QString text;
    };

    explicit BrandPanel(Theme& theme, QWidget* parent = nullptr);

    void setWords(const QString& sentence, const QList<Line>& lines);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void drawPattern();

    static constexpr int lineCount = 3;
    Theme& m_theme;
    Label* m_sentence;
    IconView* m_icons[lineCount];
    Label* m_lines[lineCount];
    QPixmap m_pattern;
};

} // namespace impulse::ui
