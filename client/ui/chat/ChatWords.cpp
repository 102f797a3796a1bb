#include "client/ui/chat/ChatWords.h"

#include <QDateTime>
#include <QLocale>

namespace impulse::ui {

using namespace client;

namespace {

QDateTime local(std::uint64_t ms)
{
    return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(ms));
}

/// Russian writes weekdays in lower case; at the start of a label they are capitalised.
QString capitalised(QString text)
{
    if (!text.isEmpty())
        text[0] = text[0].toUpper();
    return text;
}

/// With a full stop, so that a voice pauses before what follows.
QString stopped(const QString& text)
{
    return !text.isEmpty() && text.back().isLetterOrNumber() ? QString(text + QLatin1Char('.'))
                                                             : text;
}

QString oneLine(const QString& text)
{
    return text.simplified();
}

} // namespace

QString ChatWords::clock(std::uint64_t ms)
{
    return local(ms).toString(QStringLiteral("HH:mm"));
}

QString ChatWords::listTime(std::uint64_t ms)
{
    if (ms == 0)
        return {};
    const QDate date = local(ms).date();
    const QDate today = QDate::currentDate();
    const auto days = date.daysTo(today);
    const QLocale locale;
    if (days <= 0)
        return clock(ms);
    if (days == 1)
        return tr("Yesterday");
    if (days <= 6)
        return capitalised(locale.dayName(date.dayOfWeek(), QLocale::ShortFormat));
    return locale.toString(date, date.year() == today.year() ? QStringLiteral("d MMM")
                                                             : QStringLiteral("d MMM yyyy"));
}

QString ChatWords::day(const QDate& date)
{
    const QDate today = QDate::currentDate();
    if (date == today)
        return tr("Today");
    if (date == today.addDays(-1))
        return tr("Yesterday");
    return capitalised(QLocale().toString(date, date.year() == today.year()
                                                    ? QStringLiteral("dddd, d MMMM")
                                                    : QStringLiteral("d MMMM yyyy")));
}

QString ChatWords::moment(std::uint64_t ms)
{
    return QLocale().toString(local(ms).date(), QStringLiteral("d MMMM yyyy")) +
           QStringLiteral(", ") + local(ms).toString(QStringLiteral("HH:mm:ss"));
}

QString ChatWords::presence(bool online, std::uint64_t lastSeenMs)
{
    if (online)
        return tr("online");
    if (lastSeenMs == 0)
        return {};
    const QDate date = local(lastSeenMs).date();
    const auto days = date.daysTo(QDate::currentDate());
    if (days <= 0)
        return tr("last seen %1").arg(tr("today, %1").arg(clock(lastSeenMs)));
    if (days == 1)
        return tr("last seen %1").arg(tr("yesterday, %1").arg(clock(lastSeenMs)));
    return tr("last seen %1").arg(QLocale().toString(date, QStringLiteral("d MMM yyyy")));
}

ChatWords::Preview ChatWords::preview(const ChatItem& chat)
{
    switch (chat.previewKind) {
    case PreviewKind::None:
        return {{}, tr("No messages yet")};
    case PreviewKind::Typing:
        return {tr("%1 is typing").arg(chat.title.section(QLatin1Char(' '), 0, 0)), {}};
    case PreviewKind::Draft:
        return {tr("Draft:"), oneLine(chat.previewText)};
    case PreviewKind::NotSent:
        return {tr("Not sent:"), oneLine(chat.previewText)};
    case PreviewKind::Request:
        return {{}, tr("Wants to write to you")};
    case PreviewKind::Deleted:
        return {{}, tr("Message deleted")};
    case PreviewKind::Text:
        break;
    }
    return {chat.previewOwn ? tr("You:") : QString(), oneLine(chat.previewText)};
}

QString ChatWords::badge(int unread)
{
    return unread > 999 ? QStringLiteral("999+") : QString::number(unread);
}

QString ChatWords::chatSentence(const ChatItem& chat)
{
    QStringList parts{chat.title};
    if (chat.request)
        parts << tr("contact request");
    if (chat.unread > 0)
        parts << tr("%n unread", nullptr, chat.unread);
    if (chat.online)
        parts << tr("online");
    if (chat.muted)
        parts << tr("muted");
    if (chat.pinned)
        parts << tr("pinned");
    if (chat.blocked)
        parts << tr("blocked");
    if (chat.identity == IdentityState::Verified)
        parts << tr("verified");
    if (chat.identity == IdentityState::Changed)
        parts << tr("safety number changed");
    const Preview words = preview(chat);
    const QString text = QString(words.label + QLatin1Char(' ') + words.text).trimmed();
    if (!text.isEmpty())
        parts << text;
    if (chat.ownState)
        parts << state(*chat.ownState);
    const QString time = listTime(chat.timeMs);
    if (!time.isEmpty())
        parts << time;
    return parts.join(QStringLiteral(", "));
}

QString ChatWords::state(MessageState state)
{
    switch (state) {
    case MessageState::Pending:
        return tr("Sending");
    case MessageState::Sent:
        return tr("Sent");
    case MessageState::Delivered:
        return tr("Delivered");
    case MessageState::Read:
        return tr("Read");
    case MessageState::Failed:
        return tr("Not sent");
    case MessageState::Held:
        return tr("Sending is paused");
    }
    return {};
}

QString ChatWords::retry(const MessageItem& message)
{
    return message.state == MessageState::Held ? tr("Send anyway…") : tr("Try again");
}

QString ChatWords::failure(const MessageItem& message)
{
    if (message.state == MessageState::Held)
        return tr("Not sent yet: waiting for your decision");
    switch (message.failure) {
    case MessageFailure::TooLarge:
        return tr("Not sent: the message is too long");
    case MessageFailure::NotAllowed:
    case MessageFailure::Blocked:
        return tr("Not sent: you cannot write to this person");
    case MessageFailure::RateLimited:
        return tr("Not sent: too many messages at once");
    case MessageFailure::Security:
        return tr("Not sent: a security check failed");
    case MessageFailure::NoAccount:
        return tr("Not sent: this account was deleted");
    case MessageFailure::None:
    case MessageFailure::Refused:
        break;
    }
    return tr("Not sent");
}

QString ChatWords::body(const MessageItem& message)
{
    switch (message.kind) {
    case MessageKind::Text:
        return message.text;
    case MessageKind::Deleted:
        return tr("Message deleted");
    case MessageKind::Refused:
        return tr("Hidden: failed a security check");
    case MessageKind::Missing:
        return missing(message);
    case MessageKind::NewerVersion:
        return tr("This message needs a newer version of Impulse");
    case MessageKind::System:
        break;
    }
    switch (message.system) {
    case SystemLine::Encrypted:
        return tr("Messages here are end-to-end encrypted");
    case SystemLine::IdentityChanged:
        return tr("Safety number changed");
    case SystemLine::OlderElsewhere:
        return tr("Messages from before this computer was added are not here");
    }
    return {};
}

QString ChatWords::missing(const MessageItem& message)
{
    switch (message.missing) {
    case MissingMessage::Gap:
        break;
    case MissingMessage::Expected:
        return message.outgoing ? tr("Asked again for a message of yours")
                                : tr("Asked again for a message from %1").arg(message.senderName);
    case MissingMessage::Lost:
        return message.outgoing ? tr("Could not recover a message of yours")
                                : tr("Could not recover a message from %1").arg(message.senderName);
    }
    return tr("Messages may be missing here");
}

QString ChatWords::removedDevice(RemovedDevice removed)
{
    switch (removed) {
    case RemovedDevice::No:
        break;
    case RemovedDevice::Removed:
        return tr("Sent from a device that was removed since");
    case RemovedDevice::LostOrStolen:
        return tr("Sent from a device that was removed since as lost or stolen");
    }
    return {};
}

QString ChatWords::author(const ReplyQuote& reply)
{
    return reply.own ? tr("You") : reply.authorName;
}

QString ChatWords::quoted(const ReplyQuote& reply)
{
    return reply.text.isEmpty() ? tr("This message is not here") : oneLine(reply.text);
}

QString ChatWords::messageSentence(const MessageItem& message)
{
    if (message.kind == MessageKind::System || message.kind == MessageKind::Missing)
        return body(message);
    QStringList after;
    QString before;
    if (message.outgoing &&
        (message.state == MessageState::Failed || message.state == MessageState::Held))
        before = failure(message) + QStringLiteral(". ");
    if (message.reply) {
        after << stopped(tr("Reply to %1: %2").arg(author(*message.reply), quoted(*message.reply)));
    }
    if (message.edited)
        after << tr("Edited.");
    if (before.isEmpty() && message.outgoing)
        after << stopped(state(message.state));
    if (message.removedDevice != RemovedDevice::No)
        after << stopped(removedDevice(message.removedDevice));
    const QString name = message.outgoing ? tr("You") : message.senderName;
    QString sentence = before + tr("%1, %2: %3").arg(name, clock(message.sentMs), body(message));
    if (!after.isEmpty())
        sentence = stopped(sentence) + QLatin1Char(' ') + after.join(QLatin1Char(' '));
    return sentence;
}

QString ChatWords::connection(ConnectionState state)
{
    switch (state) {
    case ConnectionState::Idle:
    case ConnectionState::Online:
        return {};
    case ConnectionState::Connecting:
        return tr("Connecting…");
    case ConnectionState::Updating:
        return tr("Updating…");
    case ConnectionState::Offline:
        return tr("waiting for network");
    case ConnectionState::Stopped:
        return tr("not connected");
    }
    return {};
}

} // namespace impulse::ui
