#pragma once

#include "client/core/Connection.h"
#include "client/core/models/ChatItem.h"
#include "client/core/models/MessageItem.h"

#include <QCoreApplication>
#include <QDate>

/// The words of the conversation windows that are made from values: times, previews, and the one
/// sentence by which a painted row is read aloud. Main thread.
namespace impulse::ui {

class ChatWords {
    Q_DECLARE_TR_FUNCTIONS(impulse::ui::ChatWords)

public:
    /// HH:mm.
    static QString clock(std::uint64_t ms);
    /// HH:mm today, Yesterday, the weekday within six days, then day and month. Empty for 0.
    static QString listTime(std::uint64_t ms);
    /// Today, Yesterday, or the date in full.
    static QString day(const QDate& date);
    /// Date and time.
    static QString moment(std::uint64_t ms);
    /// "online", "last seen …", or nothing if it is not known.
    static QString presence(bool online, std::uint64_t lastSeenMs);

    /// The second line of a chat row: a label in its own colour, then the text.
    struct Preview {
        QString label;
        QString text;
    };
    static Preview preview(const client::ChatItem& chat);
    /// "999+" at most.
    static QString badge(int unread);
    static QString chatSentence(const client::ChatItem& chat);

    static QString state(client::MessageState state);
    /// "Not sent", with the reason if there is one.
    static QString failure(const client::MessageItem& message);
    /// What stands in a bubble in place of a text, or the text.
    static QString body(const client::MessageItem& message);
    static QString missing(const client::MessageItem& message);
    static QString removedDevice(client::RemovedDevice removed);
    static QString author(const client::ReplyQuote& reply);
    static QString quoted(const client::ReplyQuote& reply);
    static QString edited() { return tr("edited"); }
    static QString newMessages() { return tr("New messages"); }
    /// What helps a message that was not sent: trying again, or deciding about a changed identity.
    static QString retry(const client::MessageItem& message);
    static QString remove() { return tr("Delete"); }
    static QString messageSentence(const client::MessageItem& message);

    /// The header's second line while there is no usable connection; else empty.
    static QString connection(client::ConnectionState state);
};

} // namespace impulse::ui
