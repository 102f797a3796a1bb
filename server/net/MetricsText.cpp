#include "server/net/MetricsText.h"

namespace impulse::server {

namespace {

void add(QByteArray& text, const char* type, const char* name, const char* help,
         std::uint64_t value)
{
    const QByteArray full = QByteArray("impulse_") + name;
    text += "# HELP " + full + ' ' + help + "\n# TYPE " + full + ' ' + type + '\n' + full + ' ' +
            QByteArray::number(static_cast<qulonglong>(value)) + '\n';
}

QByteArray seconds(std::uint64_t us)
{
    return QByteArray::number(static_cast<double>(us) / 1e6, 'g', 12);
}

void addHistogram(QByteArray& text, const Metrics::Histogram& histogram)
{
    const QByteArray name = "impulse_commit_seconds";
    text += "# HELP " + name + " Time of a group's transaction to its durable end.\n# TYPE " +
            name + " histogram\n";
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < Metrics::Histogram::buckets; ++i) {
        sum += histogram.count(i);
        text += name + "_bucket{le=\"" + seconds(Metrics::Histogram::boundUs(i)) + "\"} " +
                QByteArray::number(static_cast<qulonglong>(sum)) + '\n';
    }
    // The total is what the buckets add up to, so that one reading is true in itself.
    sum += histogram.count(Metrics::Histogram::buckets);
    const auto total = QByteArray::number(static_cast<qulonglong>(sum));
    text += name + "_bucket{le=\"+Inf\"} " + total + '\n' + name + "_sum " +
            seconds(histogram.sumUs()) + '\n' + name + "_count " + total + '\n';
}

void addRefusals(QByteArray& text, const Metrics& metrics)
{
    const QByteArray name = "impulse_connections_refused_total";
    text += "# HELP " + name + " Connections refused by a limit or a drain.\n# TYPE " + name +
            " counter\n";
    for (std::size_t i = 0; i < Metrics::refusalReasons.size(); ++i) {
        text += name + "{reason=\"" + Metrics::refusalReasons[i] + "\"} " +
                QByteArray::number(static_cast<qulonglong>(metrics.refusals(i))) + '\n';
    }
}

} // namespace

QByteArray metricsText(const Metrics& metrics)
{
    QByteArray text;
    const auto gauge = [&](const char* name, const char* help, std::uint64_t value) {
        add(text, "gauge", name, help, value);
    };
    const auto counter = [&](const char* name, const char* help, std::uint64_t value) {
        add(text, "counter", name, help, value);
    };
    gauge("uptime_seconds", "Since the start of the process.", metrics.uptimeMs() / 1000);
    gauge("connections", "Open WebSockets.", metrics.total(&Traffic::connections));
    gauge("sessions", "Connections that are logged in.", metrics.total(&Traffic::sessions));
    gauge("writer_queue", "Jobs that wait for the writer.", metrics.writerQueue);
    gauge("delivery_queue", "Deliveries that wait for an I/O thread.", metrics.deliveryQueue);
    // A size that is not known yet is no size of 0.
    if (const auto bytes = metrics.databaseBytes.load(std::memory_order_relaxed); bytes != 0)
        gauge("database_bytes", "Size of the database and its log.", bytes);
    gauge("draining", "1 while no connections are accepted.", metrics.draining);
    gauge("healthy", "1 while every thread makes progress.", metrics.isHealthy() ? 1 : 0);
    counter("frames_in_total", "Frames from clients.", metrics.total(&Traffic::framesIn));
    counter("frames_out_total", "Frames to clients.", metrics.total(&Traffic::framesOut));
    counter("messages_in_total", "Events stored.", metrics.total(&Traffic::messagesIn));
    counter("messages_out_total", "Events pushed to devices.",
            metrics.total(&Traffic::messagesOut));
    counter("rate_limited_total", "Requests refused by a limit.",
            metrics.total(&Traffic::rateLimited));
    addRefusals(text, metrics);
    counter("committed_jobs_total", "Writes in committed groups.", metrics.committedJobs);
    addHistogram(text, metrics.commitTime);
    return text;
}

} // namespace impulse::server
