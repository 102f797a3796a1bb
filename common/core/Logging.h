#pragma once

#include <QLoggingCategory>

/// Logging categories, one per room that logs. Logs carry ids and counts, never content, names,
/// addresses of people or keys.
namespace impulse {

Q_DECLARE_LOGGING_CATEGORY(lcServer)
Q_DECLARE_LOGGING_CATEGORY(lcStorage)
Q_DECLARE_LOGGING_CATEGORY(lcNet)
Q_DECLARE_LOGGING_CATEGORY(lcClient)
Q_DECLARE_LOGGING_CATEGORY(lcUi)

} // namespace impulse
