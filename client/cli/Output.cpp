#include "client/cli/Output.h"

#include <QDateTime>
#include <QJsonDocument>

#include <cstdio>

namespace impulse::cli {

namespace {

QString latin(const char* text)
{
    return QString::fromLatin1(text);
}

/// Somebody else's text must not steer the terminal; new lines and tabs may stay in texts.
QString printable(const QString& text)
{
    QString result = text;
    for (QChar& c : result) {
        const bool allowed = c == QLatin1Char('\n') || c == QLatin1Char('\t');
        if ((c.category() == QChar::Other_Control && !allowed) ||
            c.category() == QChar::Other_Format)
            c = QChar::ReplacementCharacter;
    }
    return result;
}

QString hex(View bytes)
{
    return QString::fromStdString(toHex(bytes));
}

QString nameOf(client::MessageKind kind)
{
    using client::MessageKind;
    switch (kind) {
    case MessageKind::Text:
        return latin("text");
    case MessageKind::Deleted:
        return latin("deleted");
    case MessageKind::Refused:
        return latin("refused");
    case MessageKind::Missing:
        return latin("missing");
    case MessageKind::NewerVersion:
        return latin("newer-version");
    case MessageKind::System:
        return latin("system");
    }
    return {};
}

QString nameOf(client::SystemLine line)
{
    using client::SystemLine;
    switch (line) {
    case SystemLine::Encrypted:
        return latin("encrypted");
    case SystemLine::IdentityChanged:
        return latin("identity-changed");
    case SystemLine::OlderElsewhere:
        return latin("older-elsewhere");
    }
    return {};
}

QString nameOf(client::ContactStatus status)
{
    using client::ContactStatus;
    switch (status) {
    case ContactStatus::Stranger:
        return latin("stranger");
    case ContactStatus::Accepted:
        return latin("accepted");
    case ContactStatus::Blocked:
        return latin("blocked");
    }
    return {};
}

QString nameOf(client::IdentityState identity)
{
    using client::IdentityState;
    switch (identity) {
    case IdentityState::Unverified:
        return latin("unverified");
    case IdentityState::Verified:
        return latin("verified");
    case IdentityState::Changed:
        return latin("changed");
    }
    return {};
}

const char* kindName(ExitCode code)
{
    switch (code) {
    case ExitCode::Ok:
        return "ok";
    case ExitCode::Failed:
        return "failed";
    case ExitCode::Usage:
        return "usage";
    case ExitCode::Network:
        return "network";
    case ExitCode::Refused:
        return "refused";
    case ExitCode::Security:
        return "security";
    }
    return "";
}

QString wordsOf(client::MissingMessage missing)
{
    using client::MissingMessage;
    switch (missing) {
    case MissingMessage::Gap:
        break;
    case MissingMessage::Expected:
        return latin("(cannot be read yet, asked for again)");
    case MissingMessage::Lost:
        return latin("(could not be recovered)");
    }
    return latin("(messages may be missing)");
}

/// What a message says, in words for those that have no text.
QString wordsOf(const client::MessageItem& message)
{
    using client::MessageKind;
    switch (message.kind) {
    case MessageKind::Text:
        return message.text;
    case MessageKind::Deleted:
        return latin("(deleted)");
    case MessageKind::Refused:
        return latin("(failed a security check)");
    case MessageKind::Missing:
        return wordsOf(message.missing);
    case MessageKind::NewerVersion:
        return latin("(needs a newer version)");
    case MessageKind::System:
        return QLatin1Char('(') + nameOf(message.system) + QLatin1Char(')');
    }
    return {};
}

void writeLine(FILE* file, const QByteArray& line)
{
    std::fwrite(line.constData(), 1, static_cast<std::size_t>(line.size()), file);
    std::fputc('\n', file);
    std::fflush(file);
}

void writeJson(const char* type, QJsonObject fields)
{
    fields.insert(latin("type"), latin(type));
    writeLine(stdout, QJsonDocument(fields).toJson(QJsonDocument::Compact));
}

} // namespace

QString nameOf(client::MessageState state)
{
    using client::MessageState;
    switch (state) {
    case MessageState::Pending:
        return latin("pending");
    case MessageState::Sent:
        return latin("sent");
    case MessageState::Delivered:
        return latin("delivered");
    case MessageState::Read:
        return latin("read");
    case MessageState::Failed:
        return latin("failed");
    case MessageState::Held:
        return latin("held");
    }
    return {};
}

void Output::print(const char* type, QJsonObject fields, const QString& line) const
{
    if (m_json)
        writeJson(type, std::move(fields));
    else
        writeLine(stdout, printable(line).toUtf8());
}

void Output::printFault(const Fault& fault) const
{
    if (!m_json) {
        writeLine(stderr, "impulse-cli: " + printable(fault.message).toUtf8());
        return;
    }
    QJsonObject fields{{latin("kind"), latin(kindName(fault.code))},
                       {latin("message"), fault.message}};
    if (fault.retryAfterMs > 0)
        fields.insert(latin("retryAfterMs"), static_cast<qint64>(fault.retryAfterMs));
    writeJson("error", fields);
}

void Output::printWarning(const QString& text, bool red) const
{
    if (m_json)
        writeJson("warning", {{latin("text"), text}, {latin("red"), red}});
    else
        writeLine(stderr, (red ? "SECURITY: " : "warning: ") + printable(text).toUtf8());
}

void Output::printMessage(const char* type, const QString& peer, const client::MessageItem& message,
                          bool request) const
{
    if (m_json) {
        QJsonObject fields{{latin("id"), hex(message.id)},
                           {latin("peer"), peer},
                           {latin("kind"), nameOf(message.kind)},
                           {latin("outgoing"), message.outgoing},
                           {latin("text"), message.text},
                           {latin("sentMs"), static_cast<qint64>(message.sentMs)},
                           {latin("edited"), message.edited},
                           {latin("request"), request}};
        if (message.outgoing)
            fields.insert(latin("state"), nameOf(message.state));
        if (message.kind == client::MessageKind::System)
            fields.insert(latin("system"), nameOf(message.system));
        if (message.reply)
            fields.insert(latin("replyTo"), hex(message.reply->id));
        writeJson(type, fields);
        return;
    }
    const QString time = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(message.sentMs))
                             .toString(latin("yyyy-MM-dd HH:mm:ss"));
    QString line = time + latin("  ") + hex(message.id) + latin("  ") +
                   (message.outgoing ? latin("me") : peer);
    if (message.outgoing)
        line += latin(" [") + nameOf(message.state) + latin("]");
    if (request)
        line += latin(" [request]");
    if (message.edited)
        line += latin(" [edited]");
    // One line per message: what follows a new line is indented, so that no text can look like one.
    line += latin(": ") + wordsOf(message).replace(QLatin1Char('\n'), latin("\n    "));
    writeLine(stdout, printable(line).toUtf8());
}

void Output::printPerson(const char* type, const client::PersonItem& person, bool request) const
{
    if (m_json) {
        writeJson(type, {{latin("userId"), hex(person.id)},
                         {latin("username"), person.username},
                         {latin("displayName"), person.displayName},
                         {latin("about"), person.about},
                         {latin("status"), person.statusText},
                         {latin("contact"), nameOf(person.status)},
                         {latin("identity"), nameOf(person.identity)},
                         {latin("request"), request},
                         {latin("online"), person.online},
                         {latin("lastSeenMs"), static_cast<qint64>(person.lastSeenMs)}});
        return;
    }
    QString line = person.username;
    if (!person.displayName.isEmpty())
        line += latin(" (") + person.displayName + latin(")");
    line += latin("  ") + (request ? latin("request") : nameOf(person.status));
    if (person.identity != client::IdentityState::Unverified)
        line += latin(", ") + nameOf(person.identity);
    if (person.online)
        line += latin(", online");
    if (!person.statusText.isEmpty())
        line += latin("  ") + person.statusText;
    writeLine(stdout, printable(line).replace(QLatin1Char('\n'), QLatin1Char(' ')).toUtf8());
}

} // namespace impulse::cli
