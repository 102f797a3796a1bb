#include "server/app/ControlCommands.h"

#include "server/core/InviteCodes.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QEvent>
#include <QJsonArray>

namespace impulse::server {

namespace {

constexpr std::size_t usersPerPage = 500;

QString key(const char* name)
{
    return QString::fromLatin1(name);
}

QString timeText(std::uint64_t ms)
{
    return ms == 0 ? QString()
                   : QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(ms), Qt::UTC)
                         .toString(Qt::ISODate);
}

template <class F> QString hex(const F& value)
{
    return QString::fromLatin1(
        QByteArray(reinterpret_cast<const char*>(value.data()), static_cast<qsizetype>(F::size()))
            .toHex());
}

QJsonValue number(std::uint64_t value)
{
    return QJsonValue(static_cast<qint64>(value));
}

QJsonObject table(const char* columns, QJsonArray rows)
{
    QJsonArray names;
    for (const auto& column : QString::fromLatin1(columns).split(QLatin1Char(' ')))
        names << column;
    return {{key("columns"), names}, {key("rows"), rows}};
}

QJsonObject userObject(const UserRow& row)
{
    return {{key("username"), QString::fromStdString(row.username)},
            {key("id"), hex(row.id)},
            {key("devices"), number(row.devices)},
            {key("state"), row.disabled ? key("disabled") : key("active")},
            {key("created"), timeText(row.createdMs)},
            {key("lastSeen"), timeText(row.lastSeenMs)}};
}

QString unknownCommand(const QStringList& command)
{
    return QStringLiteral("no such command: %1; `impulse-server ctl --help` lists them")
        .arg(command.join(QLatin1Char(' ')));
}

} // namespace

ControlCommands::ControlCommands(ControlTarget target, QObject* parent)
    : QObject(parent), m_target(std::move(target)), m_pool(this), m_leisure(this),
      m_wakeup([this] { answerWaiting(); }),
      m_back(std::numeric_limits<std::size_t>::max(), [this] { m_wakeup.request(); })
{
    m_pool.setMaxThreadCount(2);
    m_leisure.setMaxThreadCount(1);
}

ControlCommands::~ControlCommands()
{
    m_pool.clear();
    m_leisure.clear();
    m_pool.waitForDone();
    m_leisure.waitForDone();
}

void ControlCommands::close()
{
    m_pool.clear();
    m_leisure.clear();
    m_target.hosts.clear();
}

bool ControlCommands::finish()
{
    constexpr int momentMs = 500;
    if (m_pool.waitForDone(momentMs) && m_leisure.waitForDone(momentMs))
        return true;
    m_draft.close();
    return false;
}

void ControlCommands::answerWaiting()
{
    for (const auto& then : m_back.takeAll())
        then();
}

void ControlCommands::back(Then then)
{
    [[maybe_unused]] const bool taken = m_back.push(std::move(then));
}

void ControlCommands::inPool(std::function<Then()> work)
{
    m_pool.start([this, work = std::move(work)] { back(work()); });
}

void ControlCommands::query(ControlReplyPtr reply, Read read)
{
    inPool([storage = m_target.storage, reply, read = std::move(read)]() -> Then {
        auto connection = SqlConnection::open(storage, SqlConnection::Mode::ReadOnly);
        if (!connection)
            return [reply, text = connection.error().message] { reply->fail(text); };
        const auto result = read(**connection);
        if ((*connection)->failed())
            return [reply] { reply->fail(QStringLiteral("the database cannot be read")); };
        return [reply, result] {
            const auto error = result[QLatin1String("error")].toString();
            error.isEmpty() ? reply->finish(result) : reply->fail(error);
        };
    });
}

void ControlCommands::withUser(const QString& name, ControlReplyPtr reply,
                               std::function<void(const UserRow&)> then)
{
    inPool([storage = m_target.storage, name = name.toStdString(), reply,
            then = std::move(then)]() -> Then {
        auto connection = SqlConnection::open(storage, SqlConnection::Mode::ReadOnly);
        const auto row = connection ? userRow(**connection, name) : std::nullopt;
        if (!row) {
            return [reply, name = QString::fromStdString(name)] {
                reply->fail(QStringLiteral("nobody is called %1; `ctl user list` lists the names")
                                .arg(name));
            };
        }
        return [then, user = *row] { then(user); };
    });
}

Operations::Done ControlCommands::answer(ControlReplyPtr reply, QJsonObject result)
{
    return [this, reply, result](const Outcome<protocol::Done>& outcome) {
        if (outcome)
            return back([reply, result] { reply->finish(result); });
        // Only a server that takes back what it lost before its restore says when to come again.
        const bool takesBack = outcome.error().retryAfterMs.has_value();
        back([reply, takesBack, code = outcome.error().code] {
            reply->fail(
                code == protocol::ErrorCode::StorageFull
                    ? QStringLiteral("the disk is full; nothing was changed")
                : code == protocol::ErrorCode::NotFound
                    ? QStringLiteral("that is not there any more")
                : takesBack
                    ? QStringLiteral("after its restore the server still takes back what clients "
                                     "know; nothing was changed, try again in some minutes")
                    : QStringLiteral("the database did not take it; nothing was changed"));
        });
    };
}

void ControlCommands::onOneHost(ChatHost::Task task)
{
    // One that is not taken tells its asker so when it goes.
    if (!m_target.hosts.empty()) [[maybe_unused]]
        const bool taken = m_target.hosts.front()->post(std::move(task));
}

void ControlCommands::onAllHosts(const ChatHost::Task& task)
{
    for (auto* host : m_target.hosts)
        [[maybe_unused]] const bool taken = host->post(task);
}

void ControlCommands::run(const QStringList& command, const QJsonObject& options,
                          ControlReplyPtr reply)
{
    const auto& first = command.front();
    const auto is = [&](const char* word, qsizetype words) {
        return first == QLatin1String(word) && command.size() == words;
    };
    if (first == QLatin1String("user") && runUser(command, options, reply))
        return;
    if (first == QLatin1String("invite") && runInvite(command, options, reply))
        return;
    if (is("stats", 1))
        return stats(reply);
    if (is("health", 1))
        return health(reply);
    if (is("sessions", 1))
        return sessions(reply);
    if (is("drain", 1))
        return drain(options, reply);
    if (is("reload", 1))
        return reload(reply);
    if (is("backup", 2))
        return backup(command[1], options, reply);
    if (is("integrity", 1))
        return integrity(reply);
    reply->fail(unknownCommand(command));
}

bool ControlCommands::runUser(const QStringList& command, const QJsonObject& options,
                              ControlReplyPtr& reply)
{
    const auto what = command.value(1);
    if (what == QLatin1String("list") && command.size() == 2)
        listUsers(options, reply);
    else if (command.size() != 3)
        return false;
    else if (what == QLatin1String("disable") || what == QLatin1String("enable"))
        setDisabled(command[2], what == QLatin1String("disable"), reply);
    else if (what == QLatin1String("reset-password"))
        resetPassword(command[2], reply);
    else if (what == QLatin1String("delete"))
        deleteUser(command[2], options, reply);
    else
        return false;
    return true;
}

void ControlCommands::listUsers(const QJsonObject& options, ControlReplyPtr reply)
{
    query(std::move(reply),
          [after = options[QLatin1String("after")].toString().toStdString()](SqlConnection& db) {
              QJsonArray rows;
              // One more tells whether there is another page.
              auto users = userRows(db, after, usersPerPage + 1);
              const bool more = users.size() > usersPerPage;
              if (more)
                  users.pop_back();
              for (const auto& user : users)
                  rows << userObject(user);
              auto result = table("username state devices created lastSeen id", rows);
              if (more)
                  result[key("next")] = QString::fromStdString(users.back().username);
              return result;
          });
}

void ControlCommands::setDisabled(const QString& name, bool disabled, ControlReplyPtr reply)
{
    withUser(name, reply, [this, disabled, reply](const UserRow& user) {
        onOneHost([=, this, id = user.id](Operations& operations) {
            const auto text =
                disabled ? QStringLiteral("logged out everywhere; logins are refused until `ctl "
                                          "user enable`. What the account has stays")
                         : QStringLiteral("may log in again");
            auto result = userObject(user);
            result[key("state")] = disabled ? key("disabled") : key("active");
            result[key("note")] = text;
            operations.setDisabled(id, disabled, answer(reply, result));
        });
    });
}

void ControlCommands::resetPassword(const QString& name, ControlReplyPtr reply)
{
    withUser(name, reply, [this, reply](const UserRow& user) {
        crypto::SystemRng rng;
        const auto code = newInviteCode(rng);
        const ResetCode stored{resetHash(code), SystemClock().nowMs() + resetValidMs};
        const QJsonObject result{
            {key("username"), QString::fromStdString(user.username)},
            {key("code"), QString::fromStdString(code)},
            {key("expires"), timeText(stored.expiresMs)},
            {key("note"),
             QStringLiteral("The person sets a new password with this code, once, within 24 hours. "
                            "It opens no keys and no history: for those a device of the account or "
                            "the recovery code is needed. The old password holds until then.")}};
        onOneHost([id = user.id, stored, done = answer(reply, result)](Operations& operations) {
            operations.setResetCode(id, stored, done);
        });
    });
}

void ControlCommands::deleteUser(const QString& name, const QJsonObject& options,
                                 ControlReplyPtr reply)
{
    if (!options[QLatin1String("yes")].toBool()) {
        return reply->fail(QStringLiteral("this deletes %1 for ever, and the name is never given "
                                          "away again; say --yes if that is meant, or `ctl user "
                                          "disable`")
                               .arg(name));
    }
    withUser(name, reply, [this, reply](const UserRow& user) {
        const QJsonObject result{{key("username"), QString::fromStdString(user.username)},
                                 {key("state"), key("deleted")}};
        onOneHost([id = user.id, done = answer(reply, result)](Operations& operations) {
            operations.deleteAccount(id, done);
        });
    });
}

} // namespace impulse::server
