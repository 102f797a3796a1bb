#pragma once

#include <QStringList>

namespace impulse::server {

/// `impulse-server ctl …`: asks the running server and prints the answer. Exit code: 0 done, 1 the
/// command failed or found faults, 2 wrong arguments, 3 no server answers. Blocking.
int runControl(const QStringList& arguments);

QString controlUsage();

} // namespace impulse::server
