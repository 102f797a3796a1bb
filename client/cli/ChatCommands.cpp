#include "client/cli/Commands.h"
#include "client/cli/StopSignals.h"

#include <algorithm>
#include <map>

namespace impulse::cli::commands {

using namespace client;

namespace {

constexpr int pageSize = 200;

QString latin(const char* text)
{
    return QString::fromLatin1(text);
}

MessageId idOf(const Arguments& arguments)
{
    const auto bytes = fromHex(arguments.id.toStdString());
    return bytes ? MessageId::from(*bytes).value_or(MessageId{}) : MessageId{};
}

bool hasCome(MessageState state, WaitFor goal)
{
    switch (goal) {
    case WaitFor::Accepted:
        return state == MessageState::Sent || state == MessageState::Delivered ||
               state == MessageState::Read;
    case WaitFor::Delivered:
        return state == MessageState::Delivered || state == MessageState::Read;
    case WaitFor::Read:
        return state == MessageState::Read;
    }
    return false;
}

Fault refusalOf(const MessageItem& message)
{
    switch (message.failure) {
    case MessageFailure::Security:
        return {ExitCode::Security, latin("the message failed a security check")};
    case MessageFailure::TooLarge:
        return {ExitCode::Refused, latin("the message is too long")};
    case MessageFailure::Blocked:
        return {ExitCode::Refused, latin("this person takes no messages from you")};
    case MessageFailure::NoAccount:
        return {ExitCode::Refused, latin("this person has deleted the account")};
    case MessageFailure::RateLimited:
        return {ExitCode::Refused, latin("too many messages; try again later")};
    default:
        return {ExitCode::Refused, latin("the server refused the message")};
    }
}

void printSent(CliSession& session, const char* type, const MessageId& id, MessageState state)
{
    const QString hex = QString::fromStdString(toHex(id));
    session.output().print(type, {{latin("id"), hex}, {latin("state"), nameOf(state)}}, hex);
}

/// Keeps the last state of every message that changes while it lives.
class StateWatch : public QObject {
public:
    explicit StateWatch(CliSession& session)
    {
        connect(&session.chats(), &Chats::messageChanged, this,
                [this, &session](const ConversationId&, const MessageItem& message) {
                    m_messages.insert_or_assign(message.id, message);
                    session.wake();
                });
    }

    const MessageItem* message(const MessageId& id) const
    {
        const auto it = m_messages.find(id);
        return it == m_messages.end() ? nullptr : &it->second;
    }

private:
    std::map<MessageId, MessageItem> m_messages;
};

/// Waits until the message has come as far as --wait says and prints what became of it.
Outcome<> finishSend(CliSession& session, const StateWatch& watch, MessageId id)
{
    const WaitFor goal = session.arguments().waitFor;
    const auto settled = [&watch, id, goal] {
        const MessageItem* message = watch.message(id);
        return message &&
               (hasCome(message->state, goal) || message->state == MessageState::Failed ||
                message->state == MessageState::Held);
    };
    const bool inTime = co_await session.waitFor(settled, session.arguments().timeout);
    const MessageItem* message = watch.message(id);
    const MessageState state = message ? message->state : MessageState::Pending;
    printSent(session, "sent", id, state);
    if (state == MessageState::Failed)
        co_return Failure{refusalOf(*message)};
    if (state == MessageState::Held)
        co_return fault(ExitCode::Security,
                        latin("this person's identity changed; the message is held"));
    if (!inTime)
        co_return fault(ExitCode::Network,
                        hasCome(state, WaitFor::Accepted)
                            ? latin("the other side has not confirmed in time")
                            : latin("the server has not answered in time; the message stays "
                                    "queued and goes out with the next command"));
    co_return Result<void, Fault>();
}

/// edit and delete: finds the message and waits until the server took the change.
template <class Change>
Outcome<> changeMessage(CliSession& session, const char* type, Change change)
{
    using Place = std::pair<ConversationId, MessageItem>;
    const MessageId target = idOf(session.arguments());
    const auto find = [&session, target](auto done) {
        session.chats().findMessage(target, std::move(done));
    };
    auto found = co_await session.ask<Place>(find);
    if (!found)
        co_return fault(ExitCode::Usage, latin("there is no message with this id"));
    const ConversationId conversation = found->first;
    const auto start = [change, conversation, target](auto done) {
        change(conversation, target, std::move(done));
    };
    IMPULSE_CO_TRY(const MessageId id, co_await session.ask<MessageId>(start));
    const auto settled = [&session, id] {
        return session.chats().outboxState(id) != MessageState::Pending;
    };
    co_await session.waitFor(settled, session.arguments().timeout);
    const auto state = session.chats().outboxState(id);
    printSent(session, type, id, state.value_or(MessageState::Sent));
    if (state == MessageState::Failed)
        co_return fault(ExitCode::Refused, latin("the server refused the change"));
    if (state == MessageState::Held)
        co_return fault(ExitCode::Security,
                        latin("this person's identity changed; the change is held"));
    if (state)
        co_return fault(ExitCode::Network, latin("the server has not answered in time; the change "
                                                 "stays queued"));
    co_return Result<void, Fault>();
}

QString peerOf(CliSession& session, const ConversationId& conversation)
{
    const auto chat = session.chats().chat(conversation);
    return chat ? chat->username : QString();
}

bool isRequest(CliSession& session, const ConversationId& conversation)
{
    const auto chat = session.chats().chat(conversation);
    return chat && chat->request;
}

} // namespace

Outcome<> send(CliSession& session)
{
    IMPULSE_CO_TRY(const PersonItem person, co_await session.find(session.arguments().user));
    const auto open = [&session, id = person.id](auto done) {
        session.chats().start(id, std::move(done));
    };
    IMPULSE_CO_TRY(const ConversationId conversation, co_await session.ask<ConversationId>(open));
    const StateWatch watch(session);
    const auto start = [&session, conversation](auto done) {
        session.chats().sendText(conversation, session.arguments().text, std::nullopt,
                                 std::move(done));
    };
    IMPULSE_CO_TRY(const MessageId id, co_await session.ask<MessageId>(start));
    co_return co_await finishSend(session, watch, id);
}

Outcome<> edit(CliSession& session)
{
    const auto change = [&session](const ConversationId& conversation, const MessageId& target,
                                   Callback<MessageId> done) {
        session.chats().editText(conversation, target, session.arguments().text, std::move(done));
    };
    co_return co_await changeMessage(session, "edited", change);
}

Outcome<> deleteMessage(CliSession& session)
{
    const auto change = [&session](const ConversationId& conversation, const MessageId& target,
                                   Callback<MessageId> done) {
        session.chats().deleteForEveryone(conversation, target, std::move(done));
    };
    co_return co_await changeMessage(session, "deleted", change);
}

Outcome<> history(CliSession& session)
{
    const auto chats = session.chats().chats();
    const auto chat = std::ranges::find(chats, session.arguments().user, &ChatItem::username);
    if (chat == chats.end()) {
        // Nothing was written yet; a name that does not exist is an error all the same.
        IMPULSE_CO_CHECK(co_await session.find(session.arguments().user));
        co_return Result<void, Fault>();
    }
    const int limit = session.arguments().limit;
    std::vector<MessageItem> messages;
    std::optional<MessageItem> before;
    for (bool more = true; more;) {
        const int wanted =
            limit == 0 ? pageSize : std::min(pageSize, limit - static_cast<int>(messages.size()));
        const auto read = [&session, id = chat->id, before, wanted](auto done) {
            session.chats().readPage(id, before, wanted, std::move(done));
        };
        IMPULSE_CO_TRY(MessagePage page, co_await session.ask<MessagePage>(read));
        more = page.more && !page.messages.empty();
        if (!page.messages.empty())
            before = page.messages.front();
        messages.insert(messages.begin(), page.messages.begin(), page.messages.end());
        if (limit > 0 && static_cast<int>(messages.size()) >= limit)
            break;
    }
    for (const auto& message : messages)
        session.output().printMessage("message", chat->username, message, chat->request);
    // What was printed was seen; a request is answered by nothing.
    if (!chat->request)
        session.chats().markRead(chat->id);
    co_return Result<void, Fault>();
}

Outcome<> listen(CliSession& session)
{
    StopSignals signals;
    bool stopped = false;
    QObject context;
    QObject::connect(&signals, &StopSignals::stopped, &context, [&] {
        stopped = true;
        session.wake();
    });
    QObject::connect(&session.chats(), &Chats::messageChanged, &context,
                     [&](const ConversationId& conversation, const MessageItem& message) {
                         session.output().printMessage("message", peerOf(session, conversation),
                                                       message, isRequest(session, conversation));
                     });
    QObject::connect(&session.people(), &People::personChanged, &context, [&](const UserId& id) {
        if (const auto person = session.people().person(id))
            session.output().printPerson("contact", *person, false);
    });
    QObject::connect(&session.connection(), &Connection::changed, &context, [&] {
        if (session.connection().state() == ConnectionState::Online)
            session.output().print("online", {}, latin("online"));
        else if (session.connection().state() == ConnectionState::Offline)
            session.output().print("offline", {}, latin("offline"));
    });
    if (session.connection().state() == ConnectionState::Online)
        session.output().print("online", {}, latin("online"));
    // Ends by a signal, or when the connection will not come back by itself.
    const auto ended = [&] {
        return stopped || session.connection().state() == ConnectionState::Stopped;
    };
    co_await session.waitFor(ended, std::nullopt);
    if (!stopped)
        co_return Failure{faultOf(session.connection().lastError())};
    co_return Result<void, Fault>();
}

} // namespace impulse::cli::commands
