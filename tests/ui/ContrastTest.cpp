#include "client/ui/theme/Theme.h"
#include "tests/support/Catch.h"
#include "tests/ui/UiEnvironment.h"

#include <QColor>

#include <cmath>

using namespace impulse;
using namespace impulse::ui;
using impulse::test::environment;

namespace {

// WCAG 2.x relative luminance and ratio.
double luminance(const QColor& color)
{
    const auto linear = [](double v) {
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF())
        + 0.0722 * linear(color.blueF());
}

double ratio(const QColor& a, const QColor& b)
{
    const double x = luminance(a);
    const double y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

struct Pairs {
    Token foreground;
    std::vector<Token> backgrounds;
};

const char* keyOf(Token token)
{
    switch (token) {
#define IMPULSE_TOKEN_KEY(name, key)                                                               \
    case Token::name:                                                                              \
        return key;
        IMPULSE_COLOR_TOKENS(IMPULSE_TOKEN_KEY)
#undef IMPULSE_TOKEN_KEY
    }
    return "";
}

std::vector<Pairs> textPairs()
{
    using enum Token;
    const std::vector<Token> surfaces{SurfaceSidebar, SurfaceBase, SurfaceChat,  SurfaceRaised,
                                      SurfaceField,   StateHover,  StatePressed, StateSelected};
    std::vector<Token> accents = surfaces;
    accents.insert(accents.end(), {AccentSubtle, BubbleIn, BubbleInQuote, WarningSubtle,
                                   DangerSubtle, SuccessSubtle});
    std::vector<Token> secondary = surfaces;
    secondary.insert(secondary.end(), {AccentSubtle, WarningSubtle});
    std::vector<Token> primary = surfaces;
    primary.insert(primary.end(), {SegmentOn, AccentSubtle, WarningSubtle, DangerSubtle,
                                   SuccessSubtle, Highlight});
    return {{TextPrimary, primary},
            {TextSecondary, secondary},
            {Accent, accents},
            {Danger,
             {SurfaceSidebar, SurfaceBase, SurfaceChat, SurfaceRaised, StateHover, StateSelected,
              DangerSubtle, BubbleIn}},
            {Warning, {SurfaceSidebar, SurfaceBase, SurfaceChat, SurfaceRaised, WarningSubtle}},
            {Success,
             {SurfaceSidebar, SurfaceBase, SurfaceChat, SurfaceRaised, SuccessSubtle,
              StateSelected}},
            {OnAccent, {AccentFill, AccentFillHover, AccentFillPressed, BadgeMuted}},
            {OnDanger, {DangerFill}},
            {OnTooltip, {Tooltip}},
            {BubbleInText, {BubbleIn, BubbleInQuote}},
            {BubbleInMeta, {BubbleIn, BubbleInQuote}},
            {BubbleOutText, {BubbleOut, BubbleOutQuote, Highlight}},
            {BubbleOutMeta, {BubbleOut, BubbleOutQuote}},
            {BubbleOutLink, {BubbleOut, BubbleOutQuote}},
            {SurfaceBase, {Warning}},
            {OnBrand, {BrandPanel}},
            {OnBrandSoft, {BrandPanel}},
            {ChipText, {Chip, SurfaceChat}}};
}

std::vector<Pairs> markPairs()
{
    using enum Token;
    return {{BorderControl, {SurfaceBase, SurfaceRaised, SurfaceSidebar, SurfaceField}},
            {Focus,
             {SurfaceSidebar, SurfaceBase, SurfaceChat, SurfaceRaised, SurfaceField, StateHover,
              StatePressed, StateSelected}},
            {Presence, {SurfaceSidebar, SurfaceBase, StateSelected, StateHover}},
            {AccentFill, {SurfaceBase, SurfaceSidebar}},
            {DangerFill, {SurfaceBase}},
            {Danger, {BubbleOut}},
            {Accent, {Track}}};
}

int checkPairs(const Theme& theme, const std::vector<Pairs>& pairs, double needed)
{
    int count = 0;
    for (const Pairs& pair : pairs) {
        for (Token background : pair.backgrounds) {
            INFO(keyOf(pair.foreground) << " on " << keyOf(background));
            CHECK(ratio(theme.color(pair.foreground), theme.color(background)) >= needed);
            ++count;
        }
    }
    return count;
}

} // namespace

TEST_CASE("every colour pair in use has enough contrast in both themes", "[theme]")
{
    constexpr double text = 4.5;
    constexpr double marks = 3.0;
    Theme& theme = environment().theme;
    for (ThemeMode mode : {ThemeMode::Light, ThemeMode::Dark}) {
        theme.setMode(mode);
        int count = checkPairs(theme, textPairs(), text) + checkPairs(theme, markPairs(), marks);
        for (int slot = 0; slot < avatarSlots; ++slot) {
            INFO("avatar " << slot);
            const QColor name = theme.avatarForeground(slot);
            CHECK(ratio(name, theme.avatarBackground(slot)) >= text);
            CHECK(ratio(name, theme.color(Token::BubbleIn)) >= text);
            CHECK(ratio(name, theme.color(Token::BubbleInQuote)) >= text);
            count += 3;
        }
        CHECK(count == 124);
    }
    theme.setMode(ThemeMode::Light);
}
