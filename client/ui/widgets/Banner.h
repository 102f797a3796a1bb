#pragma once

#include "client/ui/theme/Tokens.h"

#include <QWidget>

class QBoxLayout;

namespace impulse::ui {

class Button;
class IconView;
class Label;
class Theme;

/// Icon, bold sentence, plain sentence, buttons; amber to decide, red for loss (design 4.20). As a
/// card it has rounded corners, else it is a bar with a line below. Main thread.
class Banner : public QWidget {
    Q_OBJECT

public:
    enum class Kind { Neutral, Information, Warning, Danger };
    enum class Shape { Bar, Card };

    Banner(Theme& theme, Kind kind, Shape shape, QWidget* parent = nullptr);

    void setIconName(QLatin1String name);
    /// Either may be empty.
    void setTexts(const QString& title, const QString& text);
    /// Buttons stand at the right, or under the text of a narrow one; the banner owns them.
    void addButton(Button* button);
    /// Always under the text: for a card with more than a few words.
    void setButtonsBelow() { m_buttonsBelow = true; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    Token fill() const;
    Token mark() const;

    Theme& m_theme;
    Kind m_kind;
    Shape m_shape;
    bool m_buttonsBelow = false;
    QBoxLayout* m_body;
    IconView* m_icon;
    Label* m_title;
    Label* m_text;
};

} // namespace impulse::ui
