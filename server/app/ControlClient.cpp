#include "server/app/ControlClient.h"

#include "server/app/BackupPlace.h"
#include "server/app/ConfigReader.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalSocket>

#include <cstdio>
#include <optional>

namespace impulse::server {

namespace {

enum Exit { Done = 0, Failed = 1, Usage = 2, NoServer = 3 };

/// An answer is a page at most.
constexpr qsizetype mostAnswerBytes = 8 << 20;
constexpr int connectMs = 5000;
/// A healthy main thread answers at once.
constexpr int healthMs = 3000;

struct Asked {
    QStringList command;
    QJsonObject options;
    /// --config and --data, for the configuration that names the socket.
    QStringList configuration;
    QString socket;
    bool json = false;
    bool help = false;
    QString wrong;
};

void print(std::FILE* to, const QString& text)
{
    std::fprintf(to, "%s\n", text.toLocal8Bit().constData());
    std::fflush(to);
}

int complain(Exit code, const QString& text)
{
    print(stderr, QStringLiteral("impulse-server ctl: ") + text);
    return code;
}

Asked parse(const QStringList& arguments)
{
    const QStringList flags{QStringLiteral("yes"), QStringLiteral("with-keys"),
                            QStringLiteral("off")};
    const QStringList numbers{QStringLiteral("uses"), QStringLiteral("valid-days")};
    Asked asked;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const auto& argument = arguments.at(i);
        if (!argument.startsWith(QLatin1String("--"))) {
            asked.command << argument;
            continue;
        }
        const auto name = argument.mid(2).section(QLatin1Char('='), 0, 0);
        if (name == QLatin1String("json") || name == QLatin1String("help")) {
            (name == QLatin1String("json") ? asked.json : asked.help) = true;
            continue;
        }
        if (flags.contains(name)) {
            asked.options[name] = true;
            continue;
        }
        auto value = argument.section(QLatin1Char('='), 1);
        if (!argument.contains(QLatin1Char('=')))
            value = arguments.value(++i);
        if (name == QLatin1String("config") || name == QLatin1String("data"))
            asked.configuration << QStringLiteral("--") + name << value;
        else if (name == QLatin1String("socket"))
            asked.socket = value;
        else if (name == QLatin1String("after"))
            asked.options[name] = value;
        else if (numbers.contains(name))
            asked.options[name] = value.toLongLong();
        else
            asked.wrong = QStringLiteral("unknown option --%1").arg(name);
    }
    return asked;
}

QString cell(const QJsonValue& value)
{
    if (value.isDouble())
        return QString::number(value.toInteger());
    if (value.isBool())
        return value.toBool() ? QStringLiteral("yes") : QStringLiteral("no");
    if (value.isArray()) {
        QStringList parts;
        for (const auto& part : value.toArray())
            parts << cell(part);
        return parts.join(QStringLiteral("\n  "));
    }
    if (value.isObject()) {
        const auto object = value.toObject();
        QStringList parts;
        for (auto i = object.begin(); i != object.end(); ++i)
            parts << i.key() + QLatin1Char('=') + cell(i.value());
        return parts.join(QLatin1Char(' '));
    }
    return value.toString();
}

void printTable(const QJsonArray& columns, const QJsonArray& rows)
{
    std::vector<qsizetype> widths;
    for (const auto& column : columns) {
        auto width = column.toString().size();
        for (const auto& row : rows)
            width = std::max(width, cell(row.toObject()[column.toString()]).size());
        widths.push_back(width);
    }
    const auto line = [&](const auto& textOf) {
        QString text;
        for (qsizetype i = 0; i < columns.size(); ++i)
            text += textOf(columns[i].toString())
                        .leftJustified(widths[static_cast<std::size_t>(i)] + 2);
        while (text.endsWith(QLatin1Char(' ')))
            text.chop(1);
        print(stdout, text);
    };
    line([](const QString& name) { return name; });
    for (const auto& row : rows)
        line([&](const QString& name) { return cell(row.toObject()[name]); });
}

void printForPeople(const QJsonObject& result)
{
    if (result.contains(QLatin1String("columns"))) {
        printTable(result[QLatin1String("columns")].toArray(),
                   result[QLatin1String("rows")].toArray());
        if (result.contains(QLatin1String("next")))
            print(stdout,
                  QStringLiteral("more: --after ") + result[QLatin1String("next")].toString());
        return;
    }
    for (auto i = result.begin(); i != result.end(); ++i) {
        if (i.key() != QLatin1String("note"))
            print(stdout, i.key() + QStringLiteral(": ") + cell(i.value()));
    }
    if (result.contains(QLatin1String("note")))
        print(stdout, result[QLatin1String("note")].toString());
}

/// Where the server listens for us; empty if the configuration does not say.
QString socketOf(const Asked& asked, QStringList& wrong)
{
    if (!asked.socket.isEmpty())
        return QDir::current().absoluteFilePath(asked.socket);
    const auto config = readConfig(asked.configuration, QProcessEnvironment::systemEnvironment());
    if (config)
        return config.value().controlSocket;
    wrong = config.error();
    return {};
}

/// Lines of progress go to standard error; the last line is what this gives.
std::optional<QJsonObject> readAnswer(QLocalSocket& socket, int patienceMs)
{
    QByteArray buffer;
    for (;;) {
        for (auto end = buffer.indexOf('\n'); end >= 0; end = buffer.indexOf('\n')) {
            const auto line = QJsonDocument::fromJson(buffer.left(end)).object();
            buffer.remove(0, end + 1);
            if (!line.contains(QLatin1String("progress")))
                return line;
            print(stderr, line[QLatin1String("progress")].toString() + QStringLiteral(" …"));
        }
        if (buffer.size() > mostAnswerBytes)
            return std::nullopt;
        if (socket.bytesAvailable() == 0 && !socket.waitForReadyRead(patienceMs) &&
            socket.bytesAvailable() == 0)
            return std::nullopt;
        buffer += socket.readAll();
    }
}

/// Prints the answer and gives the exit code.
int tell(QJsonObject answer, bool backsUp, bool json)
{
    const auto result = answer.value(QLatin1String("result")).toObject();
    if (backsUp && answer.contains(QLatin1String("result"))) {
        const auto found = findBackup(result);
        if (!found)
            answer = {{QStringLiteral("error"), found.error()}};
    }
    const auto error = answer.value(QLatin1String("error")).toString();
    if (json)
        print(stdout,
              QString::fromUtf8(
                  QJsonDocument(error.isEmpty() ? result : answer).toJson(QJsonDocument::Compact)));
    else if (error.isEmpty())
        printForPeople(result);
    if (!error.isEmpty())
        return json ? Failed : complain(Failed, error);
    return result[QLatin1String("good")].toBool(true) ? Done : Failed;
}

} // namespace

QString controlUsage()
{
    return QStringLiteral(
        "impulse-server ctl [--data DIR | --config FILE | --socket PATH] [--json] COMMAND\n\n"
        "  user list [--after NAME]             who has an account\n"
        "  user disable NAME                    log out everywhere and keep out\n"
        "  user enable NAME                     let in again\n"
        "  user reset-password NAME             a code for a new password; it opens no history\n"
        "  user delete NAME --yes               for ever\n"
        "  invite create [--uses N] [--valid-days D]\n"
        "  invite list [--after ID]             those that can still be used\n"
        "  invite revoke ID                     its first digits will do, if no other has them\n"
        "  stats                                numbers of the server and of its database\n"
        "  health                               exit code 0, or 1 and why: for a health check\n"
        "  sessions                             who is connected\n"
        "  drain [--off]                        send clients away and take none; --off takes them\n"
        "  reload                               read the configuration again\n"
        "  backup FILE [--with-keys]            a consistent, checked copy while chat goes on\n"
        "                                       A packaged server writes to its data folder only:\n"
        "                                       DATA/backups/NAME, in the container /data/backups\n"
        "  integrity                            check the whole database, read every blob\n\n"
        "Exit codes: 0 done, 1 failed or faults found, 2 arguments, 3 no server answers\n"
        "(health: 1 for that as well).");
}

int runControl(const QStringList& arguments)
{
    auto asked = parse(arguments);
    if (asked.help) {
        print(stdout, controlUsage());
        return Done;
    }
    if (!asked.wrong.isEmpty() || asked.command.isEmpty())
        return complain(Usage,
                        (asked.wrong.isEmpty() ? QStringLiteral("which command?") : asked.wrong) +
                            QStringLiteral(" (--help lists them)"));
    // The server has another working folder.
    const bool backsUp = asked.command.size() == 2 && asked.command[0] == QLatin1String("backup");
    if (backsUp) {
        asked.command[1] = QDir::cleanPath(QDir::current().absoluteFilePath(asked.command[1]));
        asked.options[QLatin1String("place")] = placeOf(asked.command[1]);
    }
    QStringList wrong;
    const auto path = socketOf(asked, wrong);
    if (path.isEmpty())
        return complain(Usage,
                        wrong.isEmpty()
                            ? QStringLiteral("the control socket is off in the configuration")
                            : wrong.join(QStringLiteral("; ")));
    const bool asksHealth = asked.command == QStringList{QStringLiteral("health")};
    const auto noServer = asksHealth ? Failed : NoServer;
    QLocalSocket socket;
    socket.connectToServer(path);
    if (!socket.waitForConnected(connectMs))
        return complain(noServer,
                        QStringLiteral("no server answers on %1: %2. Is it running, on this data "
                                       "folder, and are you its user or root?")
                            .arg(path, socket.errorString()));
    const QJsonObject request{
        {QStringLiteral("command"), QJsonArray::fromStringList(asked.command)},
        {QStringLiteral("options"), asked.options}};
    socket.write(QJsonDocument(request).toJson(QJsonDocument::Compact) + '\n');
    const auto answer = readAnswer(socket, asksHealth ? healthMs : -1);
    if (!answer)
        return complain(noServer, socket.state() == QLocalSocket::ConnectedState
                                      ? QStringLiteral("the server does not answer")
                                      : QStringLiteral("the server hung up; its log may say why"));
    return tell(*answer, backsUp, asked.json);
}

} // namespace impulse::server
