#include "client/ui/theme/Theme.h"

#include "client/ui/theme/StyleSheet.h"
#include "client/ui/theme/SystemAppearance.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStyle>
#include <QStyleFactory>

#include <cmath>

namespace impulse::ui {

namespace {

constexpr std::array<const char*, 8> typeKeys{"meta",  "small",   "body", "header",
                                              "title", "heading", "code", "digits"};
constexpr double defaultPointSize = 10;
constexpr double largestCappedScale = 1.5;

QColor colorOf(const QJsonObject& theme, const QString& key)
{
    QColor color(theme.value(key).toString());
    Q_ASSERT_X(color.isValid(), "tokens.json", qPrintable(key));
    const QJsonValue alpha = theme.value(key + QStringLiteral(".alpha"));
    if (alpha.isDouble()) {
        color.setAlphaF(float(alpha.toDouble()));
    }
    return color;
}

// The desktop's family, unless it is only an alias that says "no choice".
QString firstFamily(const QString& wanted, std::initializer_list<const char*> fallbacks)
{
    const QStringList known = QFontDatabase::families();
    const bool alias = wanted.compare(QLatin1String("Sans"), Qt::CaseInsensitive) == 0
        || wanted.startsWith(QLatin1String("Sans Serif"), Qt::CaseInsensitive);
    if (!alias && known.contains(wanted)) {
        return wanted;
    }
    for (const char* name : fallbacks) {
        if (known.contains(QLatin1String(name))) {
            return QLatin1String(name);
        }
    }
    return wanted;
}

bool isDarkColor(const QColor& color)
{
    return color.lightness() < 128;
}

} // namespace

Theme::Theme(QObject* parent) : QObject(parent)
{
    load();
    const QFont general = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    m_family = firstFamily(general.family(), {"Inter", "Noto Sans", "DejaVu Sans"});
    m_monoFamily = firstFamily(
        QString(), {"JetBrains Mono", "Cascadia Mono", "SF Mono", "Noto Sans Mono",
                    "DejaVu Sans Mono", "Consolas", "Menlo"});
    m_emojiFamily = firstFamily(
        QString(), {"Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji"});
    if (general.family() == m_family && general.pointSizeF() > 0) {
        m_systemScale = std::clamp(general.pointSizeF() / defaultPointSize, 0.8, 2.0);
    }
}

void Theme::load()
{
    QFile file(QStringLiteral(":/themes/tokens.json"));
    const bool opened = file.open(QIODevice::ReadOnly);
    Q_ASSERT(opened);
    Q_UNUSED(opened)
    const QJsonObject root = QJsonDocument::fromJson(file.readAll()).object();
    for (size_t i = 0; i < 2; ++i) {
        const QJsonObject theme
            = root.value(i == 0 ? QStringLiteral("light") : QStringLiteral("dark")).toObject();
#define IMPULSE_LOAD_TOKEN(name, key)                                                              \
    m_colors[i][size_t(Token::name)] = colorOf(theme, QStringLiteral(key));
        IMPULSE_COLOR_TOKENS(IMPULSE_LOAD_TOKEN)
#undef IMPULSE_LOAD_TOKEN
        for (size_t slot = 0; slot < avatarSlots; ++slot) {
            const QString prefix = QStringLiteral("avatar.%1.").arg(slot);
            m_avatars[i][slot * 2] = colorOf(theme, prefix + QStringLiteral("bg"));
            m_avatars[i][slot * 2 + 1] = colorOf(theme, prefix + QStringLiteral("fg"));
        }
    }
    const QJsonObject m = root.value(QStringLiteral("metrics")).toObject();
    for (size_t i = 0; i < typeKeys.size(); ++i) {
        const QJsonArray pair
            = m.value(QStringLiteral("type.") + QLatin1String(typeKeys[i])).toArray();
        m_type[i] = {pair.at(0).toInt(), pair.at(1).toInt()};
        Q_ASSERT(m_type[i][0] > 0);
    }
    const auto number = [&m](const char* key) { return m.value(QLatin1String(key)).toInt(); };
    const QJsonArray sidebar = m.value(QStringLiteral("sidebar.width")).toArray();
    m_metrics = {number("radius.tag"), number("radius.small"), number("radius.control"),
                 number("radius.row"), number("radius.card"), number("radius.bubble"),
                 number("radius.bubble.joined"), number("radius.bubble.tail"),
                 number("chatRow.height"), number("header.height"), number("control.height"),
                 number("field.height"), sidebar.at(0).toInt(), sidebar.at(1).toInt(),
                 sidebar.at(2).toInt(), number("info.width"), number("bubble.maxWidth"),
                 m.value(QStringLiteral("bubble.maxShare")).toDouble(),
                 number("column.maxWidth"), number("motion.fast"), number("motion.base"),
                 number("motion.max")};
}

void Theme::install(QApplication& application)
{
    m_systemDark = isDarkColor(application.palette().color(QPalette::Window));
    m_reducedMotion = application.style()->styleHint(QStyle::SH_Widget_Animation_Duration) == 0;
    m_application = &application;
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    application.setWindowIcon(m_icons.application());
    m_focusRing = new FocusRing(*this);
    watchSystem();
    reapply();
}

void Theme::watchSystem()
{
    auto* appearance = new SystemAppearance(this);
    connect(appearance, &SystemAppearance::reported, this, [this](std::optional<bool> dark) {
        setSystemDark(dark.value_or(false));
    });
}

void Theme::reapply()
{
    if (m_application) {
        m_application->setFont(font(TextStyle::Body));
        m_application->setPalette(palette());
        m_application->setStyleSheet(styleSheet());
    }
    Q_EMIT changed();
}

void Theme::setMode(ThemeMode mode)
{
    if (m_mode == mode) {
        return;
    }
    m_mode = mode;
    reapply();
}

void Theme::setSystemDark(bool dark)
{
    if (m_systemDark == dark) {
        return;
    }
    m_systemDark = dark;
    if (m_mode == ThemeMode::System) {
        reapply();
    }
}

bool Theme::isDark() const
{
    return m_mode == ThemeMode::Dark || (m_mode == ThemeMode::System && m_systemDark);
}

void Theme::setTextScale(double scale)
{
    scale = std::clamp(scale, 0.8, 2.0);
    if (qFuzzyCompare(scale, m_textScale)) {
        return;
    }
    m_textScale = scale;
    reapply();
}

void Theme::setReducedMotion(bool reduced)
{
    if (m_reducedMotion != reduced) {
        m_reducedMotion = reduced;
        Q_EMIT changed();
    }
}

int Theme::duration(int ms) const
{
    return m_reducedMotion ? 0 : std::min(ms, m_metrics.motionMax);
}

QColor Theme::color(Token token) const
{
    return m_colors[isDark() ? 1 : 0][size_t(token)];
}

QColor Theme::avatarBackground(int slot) const
{
    return m_avatars[isDark() ? 1 : 0][size_t(slot % avatarSlots) * 2];
}

QColor Theme::avatarForeground(int slot) const
{
    return m_avatars[isDark() ? 1 : 0][size_t(slot % avatarSlots) * 2 + 1];
}

int Theme::px(double designPx) const
{
    return std::max(1, int(std::lround(designPx * scale())));
}

int Theme::pxCapped(double designPx) const
{
    return std::max(1, int(std::lround(designPx * std::min(scale(), largestCappedScale))));
}

QFont Theme::font(TextStyle style) const
{
    const bool heavy = style == TextStyle::Header || style == TextStyle::Title
        || style == TextStyle::Heading;
    return font(style, heavy ? QFont::DemiBold : QFont::Normal);
}

QFont Theme::font(TextStyle style, QFont::Weight weight) const
{
    const bool mono = style == TextStyle::Code || style == TextStyle::Digits;
    QStringList families{mono ? m_monoFamily : m_family};
    if (!m_emojiFamily.isEmpty()) {
        families.append(m_emojiFamily);
    }
    QFont font(families);
    font.setPixelSize(px(m_type[size_t(style)][0]));
    font.setWeight(weight);
    if (mono) {
        font.setStyleHint(QFont::Monospace);
    }
    if (style == TextStyle::Digits) {
        font.setLetterSpacing(QFont::AbsoluteSpacing, 1 * scale());
    } else if (style == TextStyle::Heading) {
        font.setLetterSpacing(QFont::AbsoluteSpacing, -0.2 * scale());
    }
    return font;
}

int Theme::lineHeight(TextStyle style) const
{
    return px(m_type[size_t(style)][1]);
}

QPixmap Theme::icon(QLatin1String name, Token color_, int size, double devicePixelRatio) const
{
    return m_icons.pixmap(name, color(color_), size, devicePixelRatio);
}

QPalette Theme::palette() const
{
    QPalette p;
    const auto all = [&p](QPalette::ColorRole role, const QColor& c) {
        p.setColor(QPalette::All, role, c);
    };
    all(QPalette::Window, color(Token::SurfaceBase));
    all(QPalette::Base, color(Token::SurfaceBase));
    all(QPalette::AlternateBase, color(Token::SurfaceSidebar));
    all(QPalette::Button, color(Token::SurfaceField));
    all(QPalette::WindowText, color(Token::TextPrimary));
    all(QPalette::Text, color(Token::TextPrimary));
    all(QPalette::ButtonText, color(Token::TextPrimary));
    all(QPalette::BrightText, color(Token::OnAccent));
    all(QPalette::Highlight, color(Token::AccentFill));
    all(QPalette::HighlightedText, color(Token::OnAccent));
    all(QPalette::Link, color(Token::Accent));
    all(QPalette::LinkVisited, color(Token::Accent));
    all(QPalette::PlaceholderText, color(Token::TextSecondary));
    all(QPalette::ToolTipBase, color(Token::Tooltip));
    all(QPalette::ToolTipText, color(Token::OnTooltip));
    all(QPalette::Light, color(Token::SurfaceRaised));
    all(QPalette::Midlight, color(Token::StateHover));
    all(QPalette::Mid, color(Token::BorderSubtle));
    all(QPalette::Dark, color(Token::BorderControl));
    all(QPalette::Shadow, QColor(color(Token::Shadow).rgb()));
    for (QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        p.setColor(QPalette::Disabled, role, color(Token::TextDisabled));
    }
    return p;
}

QString Theme::styleSheet() const
{
    return generatedStyleSheet(*this);
}

} // namespace impulse::ui
