#include "common/core/Logging.h"

namespace impulse {

Q_LOGGING_CATEGORY(lcServer, "impulse.server", QtInfoMsg)
Q_LOGGING_CATEGORY(lcStorage, "impulse.storage", QtInfoMsg)
Q_LOGGING_CATEGORY(lcNet, "impulse.net", QtInfoMsg)
Q_LOGGING_CATEGORY(lcClient, "impulse.client", QtInfoMsg)
Q_LOGGING_CATEGORY(lcUi, "impulse.ui", QtInfoMsg)

} // namespace impulse
