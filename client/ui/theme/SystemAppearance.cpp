#include "client/ui/theme/SystemAppearance.h"

#ifdef IMPULSE_HAS_DBUS
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#endif

namespace impulse::ui {

#ifdef IMPULSE_HAS_DBUS

namespace {

const QString portalService = QStringLiteral("org.freedesktop.portal.Desktop");
const QString portalPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString settingsInterface = QStringLiteral("org.freedesktop.portal.Settings");
const QString appearanceGroup = QStringLiteral("org.freedesktop.appearance");
const QString schemeKey = QStringLiteral("color-scheme");

// The old Read call answers a variant within a variant.
QVariant unwrapped(QVariant value)
{
    while (value.canConvert<QDBusVariant>()) {
        value = value.value<QDBusVariant>().variant();
    }
    return value;
}

} // namespace

SystemAppearance::SystemAppearance(QObject* parent) : QObject(parent)
{
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) {
        return;
    }
    bus.connect(portalService, portalPath, settingsInterface, QStringLiteral("SettingChanged"),
                this, SLOT(onSettingChanged(QString, QString)));
    ask();
}

void SystemAppearance::ask()
{
    QDBusMessage call = QDBusMessage::createMethodCall(
        portalService, portalPath, settingsInterface, QStringLiteral("Read"));
    call << appearanceGroup << schemeKey;
    auto* watcher
        = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* w) {
        const QDBusPendingReply<QDBusVariant> reply = *w;
        w->deleteLater();
        if (reply.isError()) {
            return;
        }
        const uint scheme = unwrapped(QVariant::fromValue(reply.value())).toUInt();
        Q_EMIT reported(scheme == 0 ? std::nullopt : std::optional<bool>(scheme == 1));
    });
}

void SystemAppearance::onSettingChanged(const QString& group, const QString& key)
{
    if (group == appearanceGroup && key == schemeKey) {
        ask();
    }
}

#else

SystemAppearance::SystemAppearance(QObject* parent) : QObject(parent) {}
void SystemAppearance::ask() {}
void SystemAppearance::onSettingChanged(const QString&, const QString&) {}

#endif

} // namespace impulse::ui
