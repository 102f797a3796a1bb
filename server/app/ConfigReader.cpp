#include "server/app/ConfigReader.h"

#include "server/app/ConfigTable.h"
#include "server/core/InviteCodes.h"

#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

namespace impulse::server {

namespace {

using Command = ServerConfig::Command;

/// A file larger than that is none of ours.
constexpr qint64 mostFileBytes = 1 << 20;

/// Options that are no keys: they say what this one run is for.
struct RunOption {
    const char* name;
    /// Empty: takes no value.
    const char* form;
    const char* text;
};

constexpr RunOption runOptions[] = {
    {"config", "FILE", "Configuration file; /etc/impulse/server.conf if that exists."},
    {"print-config", "", "Print the manual of the configuration file and exit."},
    {"check-config", "[FILE]", "Check the configuration and exit: 0 if it is good, 2 if not."},
    {"invite", "", "Make an invite at the start and print its link."},
    {"make-invite", "", "Print a new invite link and exit."},
    {"uses", "N", "How many people an invite is for. Default 1."},
    {"valid-days", "D", "How long an invite is valid. Default 7."},
    {"help", "", "Print this and exit."},
    {"version", "", "Print the version and exit."},
};

const RunOption* findRunOption(const QString& name)
{
    for (const auto& option : runOptions) {
        if (name == QLatin1String(option.name))
            return &option;
    }
    return nullptr;
}

QString didYouMean(const QString& name, const QStringList& known, const QString& prefix = {})
{
    const auto nearest = nearestName(name, known);
    return nearest.isEmpty() ? QString()
                             : QStringLiteral("; did you mean %1%2?").arg(prefix, nearest);
}

/// One value and where it stands.
struct Found {
    QString value;
    QString place;
};

class Reader {
public:
    Result<ServerConfig, QStringList> read(const QStringList& arguments,
                                           const QProcessEnvironment& environment);

private:
    void readArguments(const QStringList& arguments);
    qsizetype readOption(const QStringList& arguments, qsizetype at);
    void readEnvironment(const QProcessEnvironment& environment);
    void readFile(const QString& path);
    void readLine(const QString& line, const QString& place);
    void applyRunOptions();
    void applyKeys();
    template <class T> void applyNumber(const char* name, std::uint64_t most, T& target);
    void wrong(const QString& sentence) { m_wrong << sentence; }
    bool isGiven(const char* name) const { return m_run.contains(QLatin1String(name)); }

    QStringList m_wrong;
    QMap<QString, QString> m_run;
    QMap<QString, Found> m_options;
    QMap<QString, Found> m_environment;
    QMap<QString, Found> m_file;
    ServerConfig m_config;
};

/// Gives the place of the next argument.
qsizetype Reader::readOption(const QStringList& arguments, qsizetype at)
{
    const auto& argument = arguments.at(at);
    const auto equals = argument.indexOf(QLatin1Char('='));
    const auto name = argument.mid(2, equals < 0 ? -1 : equals - 2);
    const auto* run = findRunOption(name);
    const auto* key = findConfigKey(name);
    if (!run && !key) {
        auto known = configKeyNames();
        for (const auto& option : runOptions)
            known << QString::fromLatin1(option.name);
        wrong(QStringLiteral("unknown option --%1").arg(name) +
              didYouMean(name, known, QStringLiteral("--")));
        return at + 1;
    }
    const auto next = at + 1 < arguments.size() ? arguments.at(at + 1) : QString();
    QString value = argument.mid(equals + 1);
    auto after = at + 1;
    if (equals < 0) {
        const bool isSwitch = key && key->type.kind == ConfigType::Kind::Switch;
        const bool isBare = run && *run->form == '\0';
        const bool isOptional = run && *run->form == '[';
        value.clear();
        if (isSwitch && next != QLatin1String("on") && next != QLatin1String("off")) {
            value = QStringLiteral("on");
        } else if (!isBare &&
                   !(isOptional && (next.isEmpty() || next.startsWith(QLatin1Char('-'))))) {
            if (after >= arguments.size())
                wrong(QStringLiteral("--%1 needs a value").arg(name));
            value = next;
            ++after;
        }
    } else if (run && *run->form == '\0') {
        wrong(QStringLiteral("--%1 takes no value").arg(name));
    }
    if (run)
        m_run[name] = value;
    else
        m_options[name] = {value, QStringLiteral("--") + name};
    return after;
}

void Reader::readArguments(const QStringList& arguments)
{
    for (qsizetype at = 0; at < arguments.size();) {
        if (arguments.at(at).startsWith(QLatin1String("--")) && arguments.at(at).size() > 2) {
            at = readOption(arguments, at);
        } else {
            wrong(QStringLiteral("unexpected argument: ") + arguments.at(at));
            ++at;
        }
    }
}

void Reader::readEnvironment(const QProcessEnvironment& environment)
{
    const auto prefix = QStringLiteral("IMPULSE_SERVER_");
    QMap<QString, QString> names{{prefix + QStringLiteral("CONFIG"), QStringLiteral("config")}};
    for (const auto& name : configKeyNames())
        names[environmentName(*findConfigKey(name))] = name;
    for (const auto& variable : environment.keys()) {
        if (!variable.startsWith(prefix))
            continue;
        if (!names.contains(variable)) {
            wrong(QStringLiteral("unknown environment variable ") + variable +
                  didYouMean(variable, names.keys()));
        } else if (names[variable] == QLatin1String("config")) {
            if (!isGiven("config"))
                m_run[names[variable]] = environment.value(variable);
        } else {
            m_environment[names[variable]] = {environment.value(variable), variable};
        }
    }
}

void Reader::readFile(const QString& path)
{
    m_config.file = path;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return wrong(QStringLiteral("cannot read the configuration file %1: %2")
                         .arg(path, file.errorString()));
    if (file.size() > mostFileBytes)
        return wrong(QStringLiteral("%1 is too large for a configuration file").arg(path));
    const auto lines = QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'));
    for (qsizetype i = 0; i < lines.size(); ++i)
        readLine(lines.at(i).trimmed(), QStringLiteral("%1:%2").arg(path).arg(i + 1));
}

void Reader::readLine(const QString& line, const QString& place)
{
    if (line.isEmpty() || line.startsWith(QLatin1Char('#')))
        return;
    const auto equals = line.indexOf(QLatin1Char('='));
    if (equals < 0)
        return wrong(QStringLiteral("%1: not a line of the form `key = value`").arg(place));
    const auto name = line.left(equals).trimmed();
    if (!findConfigKey(name)) {
        return wrong(QStringLiteral("%1: unknown key %2").arg(place, name) +
                     didYouMean(name, configKeyNames()));
    }
    if (m_file.contains(name)) {
        return wrong(QStringLiteral("%1: %2 stands there twice, first in %3")
                         .arg(place, name, m_file[name].place));
    }
    m_file[name] = {line.mid(equals + 1).trimmed(), place};
}

template <class T> void Reader::applyNumber(const char* name, std::uint64_t most, T& target)
{
    if (!isGiven(name))
        return;
    bool good = false;
    const auto value = m_run[QLatin1String(name)].toULongLong(&good);
    if (!good || value < 1 || value > most) {
        return wrong(
            QStringLiteral("--%1 takes a number from 1 to %2").arg(QLatin1String(name)).arg(most));
    }
    target = static_cast<T>(value);
}

void Reader::applyRunOptions()
{
    if (isGiven("help"))
        m_config.command = Command::Help;
    else if (isGiven("version"))
        m_config.command = Command::Version;
    else if (isGiven("print-config"))
        m_config.command = Command::PrintConfig;
    else if (isGiven("check-config"))
        m_config.command = Command::CheckConfig;
    else if (isGiven("make-invite"))
        m_config.command = Command::MakeInvite;
    m_config.invite = isGiven("invite");
    applyNumber("uses", inviteMaxUses, m_config.inviteUses);
    applyNumber("valid-days", 366, m_config.inviteDays);
}

void Reader::applyKeys()
{
    for (const auto& name : configKeyNames()) {
        const auto& key = *findConfigKey(name);
        Found found{QString::fromLatin1(key.standard), {}};
        for (const auto* source : {&m_file, &m_environment, &m_options}) {
            if (source->contains(name))
                found = source->value(name);
        }
        m_config.values[name] = found.value;
        ConfigValue value;
        auto takes = QString::fromLatin1(key.form);
        const bool mayBeEmpty = *key.standard == '\0';
        // "--host=" is a slip; an empty line of the file says "not set".
        const bool isEmpty = found.value.isEmpty() && (!mayBeEmpty || m_options.contains(name));
        if (!isEmpty && readValue(key.type, found.value, value))
            takes = key.set(value, m_config);
        else if (key.type.kind != ConfigType::Kind::Text)
            takes = key.type.description();
        if (!takes.isEmpty()) {
            const auto named = found.place.endsWith(name)
                                   ? found.place
                                   : found.place + QStringLiteral(": ") + name;
            wrong(QStringLiteral("%1 takes %2").arg(named, takes));
        }
    }
    if (m_config.controlSocket.isEmpty())
        m_config.controlSocket = m_config.dataFolder + QStringLiteral("/control.sock");
    else if (m_config.controlSocket == QLatin1String("off"))
        m_config.controlSocket.clear();
    // Qt takes a relative one for a name in its own folder.
    if (!m_config.controlSocket.isEmpty())
        m_config.controlSocket = QFileInfo(m_config.controlSocket).absoluteFilePath();
}

Result<ServerConfig, QStringList> Reader::read(const QStringList& arguments,
                                               const QProcessEnvironment& environment)
{
    readArguments(arguments);
    applyRunOptions();
    const auto command = m_config.command;
    if (m_wrong.isEmpty() && (command == Command::Help || command == Command::Version ||
                              command == Command::PrintConfig))
        return m_config;
    readEnvironment(environment);
    auto path = m_run.value(QStringLiteral("check-config"));
    if (path.isEmpty())
        path = m_run.value(QStringLiteral("config"));
    const auto usual = QString::fromLatin1(defaultConfigFile);
    if (path.isEmpty() && !isGiven("config") && QFileInfo::exists(usual))
        path = usual;
    if (!path.isEmpty() || isGiven("config"))
        readFile(path);
    applyKeys();
    if (!m_config.storage.isPostgreSql() && m_config.storage.path.isEmpty())
        m_config.storage.path = m_config.dataFolder + QStringLiteral("/impulse.db");
    if (m_wrong.isEmpty())
        m_wrong = checkTogether(m_config);
    if (!m_wrong.isEmpty())
        return Failure{m_wrong};
    return m_config;
}

} // namespace

Result<ServerConfig, QStringList> readConfig(const QStringList& arguments,
                                             const QProcessEnvironment& environment)
{
    return Reader().read(arguments, environment);
}

namespace {

/// The beginning of a key's text, for one line.
QString firstWords(const ConfigKey& key)
{
    auto text = QString::fromLatin1(key.text).replace(QLatin1Char('\n'), QLatin1Char(' '));
    static const QRegularExpression end(QStringLiteral("[.;:] | \\("));
    return text.section(end, 0, 0);
}

} // namespace

QString usageText()
{
    const auto line = [](const QString& left, const QString& right) {
        return left.size() < 38 ? left.leftJustified(38) + right + QLatin1Char('\n')
                                : left + QLatin1Char('\n') + QString(38, QLatin1Char(' ')) + right +
                                      QLatin1Char('\n');
    };
    QString text = QStringLiteral(
        "impulse-server: stores ciphertext and routes it.\n\n"
        "  impulse-server --data DIR [options]            serve\n"
        "  impulse-server ctl --help                      commands for a running server\n"
        "  impulse-server restore FILE --data DIR [--json]\n"
        "                                                 put a backup in place\n"
        "  impulse-server integrity --data DIR [--json]   check the database, read the blobs\n"
        "  impulse-server migrate-storage --from URL --to URL\n"
        "                                                 move it to PostgreSQL, or back\n\n"
        "Exit codes: 0 clean, 1 internal, 2 arguments or configuration, "
        "3 data folder, 4 database,\n"
        "5 network, 6 certificate, 7 self-test.\n");
    text += QLatin1Char('\n');
    for (const auto& option : runOptions) {
        text += line(
            QStringLiteral("  --%1 %2").arg(QLatin1String(option.name), QLatin1String(option.form)),
            QString::fromLatin1(option.text));
    }
    for (const auto& section : configSections()) {
        text +=
            QStringLiteral("\n%1 (--print-config tells more):\n").arg(QLatin1String(section.title));
        for (const auto& key : section.keys) {
            const auto standard = QString::fromLatin1(key.standard);
            text += line(
                QStringLiteral("  --%1 %2").arg(QLatin1String(key.name), QLatin1String(key.form)),
                (standard.isEmpty() ? QString() : QStringLiteral("[%1] ").arg(standard)) +
                    firstWords(key));
        }
    }
    return text.trimmed();
}

} // namespace impulse::server
