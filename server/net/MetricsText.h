#pragma once

#include "server/core/Metrics.h"

#include <QByteArray>

namespace impulse::server {

/// All numbers in Prometheus's text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/). Nothing waits for it.
QByteArray metricsText(const Metrics& metrics);

} // namespace impulse::server
