#include "tests/support/Catch.h"
#include "tests/ui/UiEnvironment.h"

#ifdef IMPULSE_HAS_DBUS
#include "client/ui/theme/SystemAppearance.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

using namespace impulse::ui;
using namespace impulse::test;

namespace {

const QString settings = QStringLiteral("org.freedesktop.portal.Settings");
const QString appearance = QStringLiteral("org.freedesktop.appearance");
const QString path = QStringLiteral("/org/freedesktop/portal/desktop");

/// The settings portal of a desktop, on a real session bus.
class Portal : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")

public:
    bool begin()
    {
        return m_bus.isConnected() &&
               m_bus.registerObject(path, this, QDBusConnection::ExportAllSlots) &&
               m_bus.registerService(QStringLiteral("org.freedesktop.portal.Desktop"));
    }
    void choose(uint scheme)
    {
        m_scheme = scheme;
        auto signal = QDBusMessage::createSignal(path, settings, QStringLiteral("SettingChanged"));
        signal << appearance << QStringLiteral("color-scheme")
               << QVariant::fromValue(QDBusVariant(scheme));
        m_bus.send(signal);
    }

public Q_SLOTS:
    /// A variant within a variant, as desktops answer.
    QDBusVariant Read(const QString& group, const QString& key)
    {
        const bool known = group == appearance && key == QStringLiteral("color-scheme");
        return QDBusVariant(QVariant::fromValue(QDBusVariant(known ? m_scheme : 0u)));
    }

private:
    QDBusConnection m_bus =
        QDBusConnection::connectToBus(QDBusConnection::SessionBus, QStringLiteral("portal"));
    uint m_scheme = 1;
};

} // namespace

TEST_CASE("on a bus with a portal", "[.portal]")
{
    Portal portal;
    REQUIRE(portal.begin());
    std::optional<std::optional<bool>> first;
    SystemAppearance fresh;
    QObject::connect(&fresh, &SystemAppearance::reported, &fresh,
                     [&](std::optional<bool> dark) { first = dark; });
    REQUIRE(QTest::qWaitFor([&] { return first.has_value(); }));
    CHECK(*first == std::optional(true));

    Theme& theme = environment().theme;
    theme.setMode(ThemeMode::System);
    portal.choose(1);
    CHECK(QTest::qWaitFor([&] { return theme.isDark(); }));
    CHECK(qApp->palette().color(QPalette::Window) == theme.color(Token::SurfaceBase));
    portal.choose(2);
    CHECK(QTest::qWaitFor([&] { return !theme.isDark(); }));
    portal.choose(1);
    REQUIRE(QTest::qWaitFor([&] { return theme.isDark(); }));
    portal.choose(0);
    CHECK(QTest::qWaitFor([&] { return !theme.isDark(); }));
    // A choice of one's own stands, whatever the desktop does.
    theme.setMode(ThemeMode::Light);
    QSignalSpy heard(&fresh, &SystemAppearance::reported);
    portal.choose(1);
    REQUIRE(QTest::qWaitFor([&] { return !heard.isEmpty(); }));
    CHECK_FALSE(theme.isDark());
}

TEST_CASE("the theme follows the desktop while the app runs", "[theme]")
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral("dbus-run-session"),
                  {QStringLiteral("--"), QCoreApplication::applicationFilePath(),
                   QStringLiteral("[.portal]")});
    const bool finished = process.waitForFinished(60'000);
    INFO(process.readAll().toStdString());
    REQUIRE(finished);
    CHECK(process.exitCode() == 0);
}

#include "SystemThemeTest.moc"
#endif
