#include "client/cli/Arguments.h"

#include <algorithm>
#include <array>
#include <functional>

namespace impulse::cli {

namespace {

enum class Takes { Nothing, User, UserAndText, IdAndText, Id, Text };

struct CommandEntry {
    Command command;
    const char* name;
    Takes takes;
    const char* help;
};

constexpr std::array commands{
    CommandEntry{Command::Register, "register", Takes::User,
                 "make an account; prints the recovery code or writes --recovery-file"},
    CommandEntry{Command::Login, "login", Takes::User,
                 "sign in on this computer; joining asks for the recovery code"},
    CommandEntry{Command::Recover, "recover", Takes::User,
                 "sign in with the recovery code (standard input) and set a new password"},
    CommandEntry{Command::ResetPassword, "reset-password", Takes::User,
                 "set a new password with the operator's code (standard input)"},
    CommandEntry{Command::Password, "password", Takes::Nothing, "change the password"},
    CommandEntry{Command::Invite, "invite", Takes::Nothing, "print a link to register with"},
    CommandEntry{Command::Contacts, "contacts", Takes::Nothing, "list contacts and requests"},
    CommandEntry{Command::Accept, "accept", Takes::User, "accept a message request"},
    CommandEntry{Command::Block, "block", Takes::User, "take nothing from USER any more"},
    CommandEntry{Command::Unblock, "unblock", Takes::User, "undo block"},
    CommandEntry{Command::Send, "send", Takes::UserAndText,
                 "send a message and print its id once the server has it"},
    CommandEntry{Command::Edit, "edit", Takes::IdAndText, "change one of your messages"},
    CommandEntry{Command::Delete, "delete", Takes::Id, "delete one of your messages for everyone"},
    CommandEntry{Command::History, "history", Takes::User, "print the messages with USER"},
    CommandEntry{Command::Listen, "listen", Takes::Nothing, "print what happens until stopped"},
    CommandEntry{Command::Status, "status", Takes::Text, "set your status text"},
    CommandEntry{Command::Profile, "profile", Takes::Nothing,
                 "print your profile, or set --name and --about"},
    CommandEntry{Command::SafetyNumber, "safety-number", Takes::User,
                 "print the number to compare with USER"},
    CommandEntry{Command::ConfirmRestore, "confirm-restore", Takes::Nothing,
                 "go on after the operator has put the server back from a backup"},
    CommandEntry{Command::DeleteAccount, "delete-account", Takes::Nothing,
                 "delete the account on the server and this profile"},
};

const char* argumentsOf(Takes takes)
{
    switch (takes) {
    case Takes::Nothing:
        return "";
    case Takes::User:
        return " USER";
    case Takes::UserAndText:
        return " USER TEXT";
    case Takes::IdAndText:
        return " ID TEXT";
    case Takes::Id:
        return " ID";
    case Takes::Text:
        return " TEXT";
    }
    return "";
}

Failure<UsageError> wrong(QString message)
{
    return Failure{UsageError{std::move(message)}};
}

using Set = std::function<Result<void, UsageError>(Arguments&, const QString&)>;

struct Option {
    const char* name;
    /// The only commands that know it; empty: all.
    std::vector<Command> commands;
    Set set;
};

Result<void, UsageError> setServer(Arguments& arguments, const QString& value)
{
    auto link = client::ServerLink::parse(value);
    if (!link)
        return wrong(QStringLiteral("--server: this is no address or link of a server"));
    if (!link->tls && !link->isLoopback())
        return wrong(QStringLiteral("--server: plain ws is for this computer only; use wss"));
    arguments.server = std::move(*link);
    return {};
}

Result<void, UsageError> setWait(Arguments& arguments, const QString& value)
{
    if (value == QLatin1String("delivered"))
        arguments.waitFor = WaitFor::Delivered;
    else if (value == QLatin1String("read"))
        arguments.waitFor = WaitFor::Read;
    else if (value != QLatin1String("accepted"))
        return wrong(QStringLiteral("--wait: accepted, delivered or read"));
    return {};
}

Result<void, UsageError> setTimeout(Arguments& arguments, const QString& value)
{
    bool number = false;
    const double seconds = value.toDouble(&number);
    if (!number || !(seconds > 0) || seconds > 86'400)
        return wrong(QStringLiteral("--timeout: seconds, more than 0, at most 86400"));
    arguments.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    return {};
}

Result<void, UsageError> setLimit(Arguments& arguments, const QString& value)
{
    bool number = false;
    arguments.limit = value.toInt(&number);
    if (!number || arguments.limit < 1)
        return wrong(QStringLiteral("--limit: a number, at least 1"));
    return {};
}

Set setText(QString Arguments::*member)
{
    return [member](Arguments& arguments, const QString& value) -> Result<void, UsageError> {
        arguments.*member = value;
        return {};
    };
}

Set setText(std::optional<QString> Arguments::*member)
{
    return [member](Arguments& arguments, const QString& value) -> Result<void, UsageError> {
        arguments.*member = value;
        return {};
    };
}

const std::vector<Option>& options()
{
    static const std::vector<Option> list{
        {"--home", {}, setText(&Arguments::home)},
        {"--profile", {}, setText(&Arguments::profile)},
        {"--server", {}, setServer},
        {"--password-file", {}, setText(&Arguments::passwordFile)},
        {"--timeout", {}, setTimeout},
        {"--new-password-file", {Command::Password}, setText(&Arguments::newPasswordFile)},
        {"--recovery-file", {Command::Register}, setText(&Arguments::recoveryFile)},
        {"--wait", {Command::Send}, setWait},
        {"--name", {Command::Profile}, setText(&Arguments::name)},
        {"--about", {Command::Profile}, setText(&Arguments::about)},
        {"--limit", {Command::History}, setLimit},
    };
    return list;
}

struct Words {
    QStringList plain;
    std::vector<const Option*> given;
    std::optional<Information> information;
};

/// Options may stand anywhere before `--`.
Result<Words, UsageError> readOptions(const QStringList& words, Arguments& arguments)
{
    Words result;
    for (qsizetype i = 0; i < words.size(); ++i) {
        const QString& word = words[i];
        if (word == QLatin1String("--")) {
            result.plain += words.mid(i + 1);
            break;
        }
        if (word == QLatin1String("--json")) {
            arguments.json = true;
        } else if (word == QLatin1String("--help") || word == QLatin1String("-h")) {
            result.information = Information::Help;
        } else if (word == QLatin1String("--version")) {
            result.information = Information::Version;
        } else if (word.startsWith(QLatin1String("--"))) {
            const QString name = word.section(QLatin1Char('='), 0, 0);
            const auto option = std::ranges::find_if(
                options(), [&](const Option& o) { return name == QLatin1String(o.name); });
            if (option == options().end())
                return wrong(QStringLiteral("unknown option ") + name);
            const bool joined = word.contains(QLatin1Char('='));
            if (!joined && i + 1 == words.size())
                return wrong(name + QStringLiteral(" needs a value"));
            IMPULSE_CHECK(
                option->set(arguments, joined ? word.section(QLatin1Char('='), 1) : words[++i]));
            result.given.push_back(&*option);
        } else {
            result.plain.push_back(word);
        }
    }
    return result;
}

Result<void, UsageError> setUser(Arguments& arguments, const QString& word)
{
    arguments.user = word.toLower();
    if (client::isUsername(arguments.user))
        return {};
    return wrong(
        QStringLiteral("a username is 2 to 32 letters a-z, digits, dots, hyphens and underscores"));
}

Result<void, UsageError> setId(Arguments& arguments, const QString& word)
{
    const auto bytes = fromHex(word.toStdString());
    if (!bytes || bytes->size() != MessageId::size())
        return wrong(QStringLiteral("a message id is 32 hexadecimal digits"));
    arguments.id = word.toLower();
    return {};
}

Result<void, UsageError> readOperands(const CommandEntry& entry, const QStringList& words,
                                      Arguments& arguments)
{
    const bool two = entry.takes == Takes::UserAndText || entry.takes == Takes::IdAndText;
    const qsizetype expected = entry.takes == Takes::Nothing ? 0 : (two ? 2 : 1);
    if (words.size() != expected)
        return wrong(QStringLiteral("usage: impulse-cli %1%2")
                         .arg(QLatin1String(entry.name), QLatin1String(argumentsOf(entry.takes))));
    switch (entry.takes) {
    case Takes::Nothing:
        return {};
    case Takes::Text:
        arguments.text = words[0];
        return {};
    case Takes::UserAndText:
    case Takes::User:
        IMPULSE_CHECK(setUser(arguments, words[0]));
        break;
    case Takes::IdAndText:
    case Takes::Id:
        IMPULSE_CHECK(setId(arguments, words[0]));
        break;
    }
    if (two)
        arguments.text = words[1];
    if (two && arguments.text.trimmed().isEmpty())
        return wrong(QStringLiteral("a message needs a text"));
    return {};
}

} // namespace

Result<CommandLine, UsageError> parseCommandLine(const QStringList& words)
{
    CommandLine result;
    Arguments& arguments = result.arguments;
    IMPULSE_TRY(const Words read, readOptions(words, arguments));
    result.information = read.information;
    if (result.information)
        return result;
    if (read.plain.isEmpty())
        return wrong(QStringLiteral("no command; see impulse-cli --help"));

    const auto entry = std::ranges::find_if(commands, [&](const CommandEntry& candidate) {
        return read.plain[0] == QLatin1String(candidate.name);
    });
    if (entry == commands.end())
        return wrong(
            QStringLiteral("unknown command %1; see impulse-cli --help").arg(read.plain[0]));
    arguments.command = entry->command;
    for (const Option* option : read.given) {
        if (!option->commands.empty() &&
            std::ranges::find(option->commands, entry->command) == option->commands.end())
            return wrong(QStringLiteral("%1 does not take %2")
                             .arg(QLatin1String(entry->name), QLatin1String(option->name)));
    }
    if (arguments.home.isEmpty() == arguments.profile.isEmpty() && !arguments.home.isEmpty())
        return wrong(QStringLiteral("--home and --profile exclude each other"));
    IMPULSE_CHECK(readOperands(*entry, read.plain.mid(1), arguments));
    return result;
}

QString helpText()
{
    QString text = QStringLiteral(
        "usage: impulse-cli [--home DIR | --profile NAME] [--server URL|LINK] [--password-file F]\n"
        "                   [--timeout SECONDS] [--json] COMMAND\n\n");
    for (const auto& entry : commands) {
        const QString call = QLatin1String(entry.name) + QLatin1String(argumentsOf(entry.takes));
        text += QStringLiteral("  %1 %2\n").arg(call, -22).arg(QLatin1String(entry.help));
    }
    text += QStringLiteral(
        "\n"
        "  register:      --recovery-file F   write the recovery code to F (mode 0600)\n"
        "  password:      --new-password-file F\n"
        "  send:          --wait accepted|delivered|read\n"
        "  profile:       --name NAME, --about TEXT\n"
        "  history:       --limit N           the newest N only\n\n"
        "Passwords and codes are never arguments. USER is a username, ID is what send and history\n"
        "print. A text that begins with -- follows a lone --.\n"
        "Exit codes: 0 done, 1 failed here, 2 usage, 3 network, 4 refused, 5 security.\n");
    return text;
}

} // namespace impulse::cli
