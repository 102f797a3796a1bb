// The commands of ControlCommands.h about the server as a whole.
#include "server/app/Backup.h"
#include "server/app/BackupPlace.h"
#include "server/app/ControlCommands.h"
#include "server/app/FileCopy.h"
#include "server/storage/DatabaseCheck.h"

#include <QDateTime>
#include <QFileInfo>
#include <QJsonArray>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace impulse::server {

namespace {

constexpr std::size_t mostSessions = 5000;
constexpr std::uint64_t drainedComeBackMs = 60'000;
/// Nice value of the thread for long work.
constexpr int leisure = 15;

QString key(const char* name)
{
    return QString::fromLatin1(name);
}

QJsonValue number(std::uint64_t value)
{
    return QJsonValue(static_cast<qint64>(value));
}

QString hexId(View bytes)
{
    return QString::fromLatin1(QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                          static_cast<qsizetype>(bytes.size()))
                                   .toHex());
}

QJsonObject countsOf(SqlConnection& connection)
{
    const auto counts = storedCounts(connection);
    return {{key("schema"), number(counts.schema)},
            {key("accounts"), number(counts.accounts)},
            {key("devices"), number(counts.devices)},
            {key("conversations"), number(counts.conversations)},
            {key("events"), number(counts.events)},
            {key("mailboxEntries"), number(counts.mailboxEntries)},
            {key("directoryEntries"), number(counts.directoryEntries)}};
}

QJsonObject runningNumbers(const Metrics& metrics)
{
    QJsonObject refused;
    for (std::size_t i = 0; i < Metrics::refusalReasons.size(); ++i)
        refused[key(Metrics::refusalReasons[i])] = number(metrics.refusals(i));
    return {{key("uptimeSeconds"), number(metrics.uptimeMs() / 1000)},
            {key("connections"), number(metrics.total(&Traffic::connections))},
            {key("sessions"), number(metrics.total(&Traffic::sessions))},
            {key("framesIn"), number(metrics.total(&Traffic::framesIn))},
            {key("framesOut"), number(metrics.total(&Traffic::framesOut))},
            {key("messagesIn"), number(metrics.total(&Traffic::messagesIn))},
            {key("messagesOut"), number(metrics.total(&Traffic::messagesOut))},
            {key("rateLimited"), number(metrics.total(&Traffic::rateLimited))},
            {key("connectionsRefused"), refused},
            {key("writerQueue"), number(metrics.writerQueue)},
            {key("deliveryQueue"), number(metrics.deliveryQueue)},
            {key("groups"), number(metrics.groups)},
            {key("committedJobs"), number(metrics.committedJobs)},
            {key("draining"), metrics.draining != 0}};
}

QJsonObject sessionObject(const SessionInfo& session)
{
    return {{key("username"), QString::fromStdString(session.username)},
            {key("state"), QString::fromStdString(session.state)},
            {key("device"), session.device.isZero() ? QString() : hexId(session.device.view())},
            {key("since"),
             QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(session.openedMs), Qt::UTC)
                 .toString(Qt::ISODate)},
            {key("queuedBytes"), number(session.queuedBytes)},
            {key("outstanding"), number(session.outstanding)}};
}

/// What the I/O threads told, until all have.
struct Gathered {
    Sessions sessions;
    std::size_t missing = 0;
};

} // namespace

void ControlCommands::atLeisure(std::function<Then()> work)
{
    m_leisure.start([this, work = std::move(work)] {
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), leisure);
        back(work());
    });
}

void ControlCommands::stats(ControlReplyPtr reply)
{
    query(std::move(reply),
          [storage = m_target.storage, metrics = m_target.metrics](SqlConnection& connection) {
              auto result = runningNumbers(*metrics);
              const auto counts = countsOf(connection);
              for (auto i = counts.begin(); i != counts.end(); ++i)
                  result[i.key()] = i.value();
              if (storage.isPostgreSql()) {
                  result[key("databaseBytes")] = number(storedBytes(connection));
                  return result;
              }
              result[key("databaseBytes")] = QFileInfo(storage.path).size();
              result[key("logBytes")] = QFileInfo(storage.path + QStringLiteral("-wal")).size();
              return result;
          });
}

void ControlCommands::health(ControlReplyPtr reply)
{
    // What /healthz says, and who it is. If the main thread itself is stuck, nobody answers.
    const auto stuck = m_target.stuckThreads();
    if (!stuck.isEmpty() || !m_target.metrics->isHealthy()) {
        return reply->fail(
            QStringLiteral("no progress: ") +
            (stuck.isEmpty() ? QStringLiteral("main") : stuck.join(QStringLiteral(", "))));
    }
    if (m_target.metrics->draining != 0)
        return reply->fail(QStringLiteral("draining: no connections are accepted"));
    reply->finish({{key("state"), key("ok")}});
}

void ControlCommands::sessions(ControlReplyPtr reply)
{
    const auto gathered = std::make_shared<Gathered>();
    gathered->missing = m_target.hosts.size();
    const auto take = [reply, gathered](const Sessions& more) {
        auto& all = gathered->sessions;
        all.some.insert(all.some.end(), more.some.begin(), more.some.end());
        all.total += more.total;
        if (--gathered->missing > 0)
            return;
        QJsonArray rows;
        for (const auto& session : all.some) {
            if (static_cast<std::size_t>(rows.size()) < mostSessions)
                rows << sessionObject(session);
        }
        QJsonArray columns;
        for (const auto* name :
             {"username", "state", "device", "since", "queuedBytes", "outstanding"})
            columns << key(name);
        reply->finish(
            {{key("columns"), columns}, {key("rows"), rows}, {key("total"), number(all.total)}});
    };
    onAllHosts([this, take](Operations& operations) {
        back([take, some = operations.sessions(mostSessions)] { take(some); });
    });
}

void ControlCommands::backup(const QString& path, const QJsonObject& options, ControlReplyPtr reply)
{
    if (!path.startsWith(QLatin1Char('/')))
        return reply->fail(QStringLiteral("the backup needs an absolute path"));
    if (m_target.storage.isPostgreSql())
        return reply->fail(QStringLiteral("pg_dump makes backups of a database of PostgreSQL; copy "
                                          "the key files of the data folder apart from them"));
    const BackupOrder order{m_target.dataFolder, m_target.storage.path, path,
                            options[QLatin1String("with-keys")].toBool()};
    const auto place = options[QLatin1String("place")].toObject();
    atLeisure([this, order, place, reply]() -> Then {
        const auto agreed = agreeOn(place, order.path, order.dataFolder);
        if (!agreed)
            return [reply, text = agreed.error()] { reply->fail(text); };
        const auto done = backUp(order, m_draft, [&](const QString& step) {
            back([reply, step] { reply->progress(step); });
        });
        if (!done)
            return [reply, text = done.error()] { reply->fail(text); };
        auto connection = SqlConnection::open(order.path, SqlConnection::Mode::ReadOnly);
        auto result = connection ? countsOf(**connection) : QJsonObject();
        result[key("file")] = order.path;
        result[key("bytes")] = QFileInfo(order.path).size();
        result[key("note")] =
            order.withKeys
                ? QStringLiteral("checked; the server's keys are in %1.keys: keep them apart "
                                 "from others")
                      .arg(order.path)
                : QStringLiteral("checked; the server's key files are not in it (--with-keys), "
                                 "and without them clients do not trust what is restored");
        return [reply, result] { reply->finish(result); };
    });
}

void ControlCommands::integrity(ControlReplyPtr reply)
{
    atLeisure([this, storage = m_target.storage, folder = m_target.dataFolder, reply]() -> Then {
        back([reply] { reply->progress(QStringLiteral("reading the whole database")); });
        auto connection = SqlConnection::open(storage, SqlConnection::Mode::ReadOnly);
        if (!connection)
            return [reply, text = connection.error().message] { reply->fail(text); };
        const auto blobs = checkFiles(folder + QStringLiteral("/blobs"));
        const auto faults = checkDatabase(**connection) + blobs.faults;
        auto result = countsOf(**connection);
        result[key("blobs")] = number(blobs.files);
        result[key("blobBytes")] = number(blobs.bytes);
        result[key("good")] = faults.isEmpty();
        result[key("faults")] = QJsonArray::fromStringList(faults);
        return [reply, result] { reply->finish(result); };
    });
}

void ControlCommands::reload(ControlReplyPtr reply)
{
    const auto done = m_target.reload();
    if (!done)
        return reply->fail(done.error().join(QStringLiteral("; ")));
    reply->finish({{key("note"), QStringLiteral("the configuration was read again; the log names "
                                                "what takes a restart")}});
}

void ControlCommands::drain(const QJsonObject& options, ControlReplyPtr reply)
{
    const bool accept = options[QLatin1String("off")].toBool();
    m_target.setAccepting(accept);
    m_target.metrics->draining = accept ? 0 : 1;
    onAllHosts([accept](Operations& operations) {
        operations.setDraining(accept ? std::nullopt : std::optional(drainedComeBackMs));
    });
    if (accept)
        return reply->finish({{key("state"), key("serving")}});
    reply->finish({{key("state"), key("draining")},
                   {key("note"), QStringLiteral("clients are told to come back in a minute, new "
                                                "ones are not accepted; `ctl drain --off` serves "
                                                "again, SIGTERM ends")}});
}

} // namespace impulse::server
