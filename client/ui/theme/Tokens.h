#pragma once

#include <QtGlobal>

namespace impulse::ui {

/// Every colour of `resources/themes/tokens.json` that has one value per theme (avatars have eight
/// and are asked for by slot). The second column is the key in the file.
#define IMPULSE_COLOR_TOKENS(X)                                                                    \
    X(SurfaceSidebar, "surface.sidebar")                                                           \
    X(SurfaceBase, "surface.base")                                                                 \
    X(SurfaceChat, "surface.chat")                                                                 \
    X(SurfaceRaised, "surface.raised")                                                             \
    X(SurfaceField, "surface.field")                                                               \
    X(StateHover, "state.hover")                                                                   \
    X(StatePressed, "state.pressed")                                                               \
    X(StateSelected, "state.selected")                                                             \
    X(SegmentOn, "segment.on")                                                                     \
    X(Track, "track")                                                                              \
    X(BorderSubtle, "border.subtle")                                                               \
    X(BorderControl, "border.control")                                                             \
    X(TextPrimary, "text.primary")                                                                 \
    X(TextSecondary, "text.secondary")                                                             \
    X(TextDisabled, "text.disabled")                                                               \
    X(Accent, "accent")                                                                            \
    X(AccentFill, "accent.fill")                                                                   \
    X(AccentFillHover, "accent.fill.hover")                                                        \
    X(AccentFillPressed, "accent.fill.pressed")                                                    \
    X(AccentSubtle, "accent.subtle")                                                               \
    X(OnAccent, "on.accent")                                                                       \
    X(BubbleIn, "bubble.in")                                                                       \
    X(BubbleInText, "bubble.in.text")                                                              \
    X(BubbleInMeta, "bubble.in.meta")                                                              \
    X(BubbleInQuote, "bubble.in.quote")                                                            \
    X(BubbleOut, "bubble.out")                                                                     \
    X(BubbleOutText, "bubble.out.text")                                                            \
    X(BubbleOutMeta, "bubble.out.meta")                                                            \
    X(BubbleOutLink, "bubble.out.link")                                                            \
    X(BubbleOutQuote, "bubble.out.quote")                                                          \
    X(Chip, "chip")                                                                                \
    X(ChipText, "chip.text")                                                                       \
    X(BadgeMuted, "badge.muted")                                                                   \
    X(Presence, "presence")                                                                        \
    X(Success, "success")                                                                          \
    X(SuccessSubtle, "success.subtle")                                                             \
    X(Warning, "warning")                                                                          \
    X(WarningSubtle, "warning.subtle")                                                             \
    X(Danger, "danger")                                                                            \
    X(DangerSubtle, "danger.subtle")                                                               \
    X(DangerFill, "danger.fill")                                                                   \
    X(OnDanger, "on.danger")                                                                       \
    X(Highlight, "highlight")                                                                      \
    X(Tooltip, "tooltip")                                                                          \
    X(OnTooltip, "on.tooltip")                                                                     \
    X(Focus, "focus")                                                                              \
    X(Scrim, "scrim")                                                                              \
    X(Shadow, "shadow")                                                                            \
    X(BrandPanel, "brand.panel")                                                                   \
    X(OnBrand, "on.brand")                                                                         \
    X(OnBrandSoft, "on.brand.soft")

enum class Token {
#define IMPULSE_TOKEN_NAME(name, key) name,
    IMPULSE_COLOR_TOKENS(IMPULSE_TOKEN_NAME)
#undef IMPULSE_TOKEN_NAME
};

/// The type scale; sizes and line heights come from the token file, weights from the kind.
enum class TextStyle {
    Meta,   ///< 12/16
    Small,  ///< 13/18
    Body,   ///< 14/20
    Header, ///< 15/20, 600
    Title,  ///< 16/22, 600
    Heading, ///< 22/30, 600, letters 0.2 px closer
    Code,   ///< 13/18, fixed width
    Digits, ///< 18/30, fixed width, 1 px spacing
};

/// Plain measures in px at 100 % text. Pass them through Theme::px() where they follow the text.
struct Metrics {
    int radiusTag = 0;
    int radiusSmall = 0;
    int radiusControl = 0;
    int radiusRow = 0;
    int radiusCard = 0;
    int radiusBubble = 0;
    int radiusBubbleJoined = 0;
    int radiusBubbleTail = 0;
    int chatRowHeight = 0;
    int headerHeight = 0;
    int controlHeight = 0;
    int fieldHeight = 0;
    int sidebarMinimum = 0;
    int sidebarWidth = 0;
    int sidebarMaximum = 0;
    int infoWidth = 0;
    int bubbleMaxWidth = 0;
    double bubbleMaxShare = 0;
    int columnMaxWidth = 0;
    int motionFast = 0; ///< ms
    int motionBase = 0; ///< ms
    int motionMax = 0;  ///< ms
};

constexpr int avatarSlots = 8;

} // namespace impulse::ui
