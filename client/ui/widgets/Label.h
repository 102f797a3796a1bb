#pragma once

#include "client/ui/theme/TextPainting.h"
#include "client/ui/theme/Tokens.h"

#include <QLabel>

namespace impulse::ui {

class Theme;

/// Plain text in a style of the type scale, with the design's line height; wraps when told to,
/// else is elided. The text is never read as markup. Main thread.
class Label : public QLabel {
    Q_OBJECT

public:
    Label(Theme& theme, TextStyle style, Token token = Token::TextPrimary,
          QWidget* parent = nullptr);

    void setToken(Token token);
    void setWeight(QFont::Weight weight);
    /// Overrides size and line height of the style, in px at 100 %.
    void setSizes(int fontPx, int linePx);
    void setLetterSpacing(double px);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return wordWrap(); }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    TextBlock block() const;

    Theme& m_theme;
    TextStyle m_style;
    Token m_token;
    int m_weight = 0;
    int m_fontPx = 0;
    int m_linePx = 0;
    double m_letterSpacing = 0;
};

} // namespace impulse::ui
