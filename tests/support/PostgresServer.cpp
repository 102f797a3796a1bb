#include "tests/support/PostgresServer.h"

#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QProcessEnvironment>
#include <QSqlDatabase>
#include <QStandardPaths>

#include <algorithm>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace impulse::test {

namespace {

/// Folder of initdb, pg_ctl and psql of the newest version.
QString programs()
{
    const QDir base(QStringLiteral("/usr/lib/postgresql"));
    auto versions = base.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    std::ranges::sort(versions, {}, [](const QString& version) { return version.toDouble(); });
    const auto found = QStandardPaths::findExecutable(QStringLiteral("initdb"));
    QStringList folders{QFileInfo(found).absolutePath(), QStringLiteral("/usr/bin")};
    for (const auto& version : versions)
        folders.prepend(base.filePath(version) + QStringLiteral("/bin"));
    for (const auto& folder : folders) {
        if (QFile::exists(folder + QStringLiteral("/initdb")))
            return folder;
    }
    return {};
}

/// Who runs the server: null if that is us.
const passwd* unprivileged()
{
    if (::geteuid() != 0)
        return nullptr;
    const auto* user = ::getpwnam("postgres");
    return user ? user : ::getpwnam("nobody");
}

} // namespace

QString PostgresServer::missing()
{
    if (programs().isEmpty())
        return QStringLiteral("PostgreSQL is not installed (Debian: postgresql)");
    if (!QSqlDatabase::isDriverAvailable(QStringLiteral("QPSQL")))
        return QStringLiteral("Qt's driver for PostgreSQL is not installed (Debian: "
                              "libqt6sql6-psql)");
    if (::geteuid() == 0 && !unprivileged())
        return QStringLiteral("root has no other user to run PostgreSQL as");
    return {};
}

PostgresServer::PostgresServer(const QStringList& settings) : m_settings(settings)
{
    if (const auto* user = unprivileged()) {
        if (::chown(QFile::encodeName(folder()).constData(), user->pw_uid, user->pw_gid) != 0)
            return;
    }
    if (run("initdb", {QStringLiteral("-D"), folder() + QStringLiteral("/data"),
                       QStringLiteral("-U"), QStringLiteral("impulse"), QStringLiteral("-A"),
                       QStringLiteral("trust"), QStringLiteral("-E"), QStringLiteral("UTF8"),
                       QStringLiteral("--no-locale"), QStringLiteral("-N")}))
        start();
}

PostgresServer::~PostgresServer()
{
    if (m_running)
        stop("immediate");
}

bool PostgresServer::start()
{
    auto options = QStringLiteral("-c listen_addresses= -c shared_buffers=64MB -k ") + folder();
    for (const auto& setting : m_settings)
        options += QStringLiteral(" -c ") + setting;
    m_running = run("pg_ctl",
                    {QStringLiteral("-D"), folder() + QStringLiteral("/data"), QStringLiteral("-w"),
                     QStringLiteral("-l"), folder() + QStringLiteral("/log"), QStringLiteral("-o"),
                     options, QStringLiteral("start")})
                    .has_value();
    return m_running;
}

bool PostgresServer::stop(const char* mode)
{
    m_running = false;
    return run("pg_ctl",
               {QStringLiteral("-D"), folder() + QStringLiteral("/data"), QStringLiteral("-w"),
                QStringLiteral("-m"), QString::fromLatin1(mode), QStringLiteral("stop")})
        .has_value();
}

server::StorageAddress PostgresServer::createDatabase(const QString& name, const QString& model)
{
    sql(model.isEmpty() ? QStringLiteral("CREATE DATABASE %1").arg(name)
                        : QStringLiteral("CREATE DATABASE %1 TEMPLATE %2").arg(name, model));
    return *server::StorageAddress::parse(url(name), {});
}

void PostgresServer::dropDatabase(const QString& name)
{
    sql(QStringLiteral("DROP DATABASE IF EXISTS %1 WITH (FORCE)").arg(name));
}

bool PostgresServer::dump(const QString& database)
{
    return run("pg_dump",
               {QStringLiteral("-h"), folder(), QStringLiteral("-U"), QStringLiteral("impulse"),
                QStringLiteral("-Fc"), QStringLiteral("-f"),
                folder() + QLatin1Char('/') + database + QStringLiteral(".dump"), database})
        .has_value();
}

bool PostgresServer::load(const QString& database)
{
    return run("pg_restore", {QStringLiteral("-h"), folder(), QStringLiteral("-U"),
                              QStringLiteral("impulse"), QStringLiteral("-d"), database,
                              folder() + QLatin1Char('/') + database + QStringLiteral(".dump")})
        .has_value();
}

std::optional<QString> PostgresServer::sql(const QString& statement, const QString& database)
{
    return run("psql",
               {QStringLiteral("-h"), folder(), QStringLiteral("-U"), QStringLiteral("impulse"),
                QStringLiteral("-X"), QStringLiteral("-q"), QStringLiteral("-A"),
                QStringLiteral("-t"), QStringLiteral("-v"), QStringLiteral("ON_ERROR_STOP=1"),
                QStringLiteral("-c"), statement, database});
}

QString PostgresServer::url(const QString& database, const QString& user) const
{
    return QStringLiteral("postgresql://%1@/%2?host=%3").arg(user, database, folder());
}

bool PostgresServer::setAccess(const QString& lines)
{
    QFile file(folder() + QStringLiteral("/data/pg_hba.conf"));
    return file.open(QIODevice::WriteOnly | QIODevice::Truncate) &&
           file.write(lines.toUtf8()) == lines.size() && file.flush() &&
           sql(QStringLiteral("SELECT pg_reload_conf()")).has_value();
}

std::optional<QString> PostgresServer::run(const char* program, const QStringList& arguments)
{
    QProcess process;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("LC_ALL"), QStringLiteral("C"));
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(folder());
    const bool isQuestion = std::string_view(program) == "psql";
    if (const auto* user = unprivileged()) {
        process.setChildProcessModifier([uid = user->pw_uid, gid = user->pw_gid] {
            if (::setgroups(0, nullptr) != 0 || ::setgid(gid) != 0 || ::setuid(uid) != 0)
                ::_exit(1);
        });
    }
    // The server that pg_ctl leaves behind would hold a pipe open.
    if (!isQuestion)
        process.setStandardOutputFile(QProcess::nullDevice());
    process.setStandardErrorFile(QProcess::nullDevice());
    process.start(programs() + QLatin1Char('/') + QLatin1String(program), arguments);
    if (!process.waitForFinished(120'000) || process.exitStatus() != QProcess::NormalExit ||
        process.exitCode() != 0)
        return std::nullopt;
    return isQuestion ? QString::fromUtf8(process.readAllStandardOutput()).trimmed() : QString();
}

} // namespace impulse::test
