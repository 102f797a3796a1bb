#include "tests/soak/SoakClient.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QTimer>

namespace impulse::test {
namespace {

QString string(const QJsonObject& object, const char* key)
{
    return object[QLatin1String(key)].toString();
}

QString key(const char* text)
{
    return QString::fromLatin1(text);
}

} // namespace

SoakClient::SoakClient(const QString& home, QObject* parent)
    : QObject(parent), m_secrets(home + key("/keychain")), m_store(home + key("/client.db")),
      m_client({m_transport, m_store, m_workers, m_clock, &m_secrets, nullptr, key("soak")})
{
    connect(&m_channel, &LineChannel::received, this, &SoakClient::run);
    connect(&m_channel, &LineChannel::ended, this, [] { QCoreApplication::quit(); });
    connect(&m_client.chats(), &client::Chats::messageChanged, this, &SoakClient::onMessage);
    connect(&m_client.chats(), &client::Chats::upToDate, this, [this] { report("upToDate"); });
}

void SoakClient::report(const char* event, QJsonObject fields)
{
    fields.insert(key("event"), key(event));
    m_channel.send(fields);
}

void SoakClient::fail(const char* what, const client::ClientError& error)
{
    report("failed", {{key("what"), key(what)}, {key("error"), key(describe(error.code))}});
}

void SoakClient::run(const QJsonObject& command)
{
    const auto op = string(command, "op");
    if (op == key("register"))
        registerAccount(command);
    else if (op == key("open"))
        open();
    else if (op == key("chat"))
        chatWith(string(command, "with"));
    else if (op == key("send"))
        send(string(command, "text"));
    else if (op == key("draft") && m_chat)
        m_client.chats().setDraft(*m_chat, string(command, "text"));
    else if (op == key("dump") && m_chat)
        dump({}, {});
    else
        report("failed", {{key("what"), op}});
}

void SoakClient::registerAccount(const QJsonObject& command)
{
    const auto link = client::ServerLink::parse(string(command, "server"));
    if (!link)
        return report("failed", {{key("what"), key("link")}});
    m_client.accounts().open([this, link = *link, command](auto opened) {
        if (!opened)
            return fail("open", opened.error());
        client::Registration registration{link,
                                          {},
                                          string(command, "name"),
                                          string(command, "name"),
                                          client::Password(string(command, "password")),
                                          true};
        m_client.accounts().registerAccount(std::move(registration), {}, [this](auto result) {
            if (!result)
                return fail("register", result.error());
            m_client.accounts().confirmRecoveryCode();
            report("registered");
        });
    });
}

void SoakClient::open()
{
    m_client.accounts().open([this](auto state) {
        if (!state)
            return fail("open", state.error());
        report("state", {{key("unlocked"), *state == client::ProfileState::Unlocked}});
    });
}

void SoakClient::chatWith(const QString& username)
{
    // Known from before: no server is needed to go on writing.
    for (const auto& person : m_client.people().contacts()) {
        if (person.username != username)
            continue;
        m_client.chats().start(person.id, [this](auto chat) {
            if (!chat)
                return fail("start", chat.error());
            m_chat = *chat;
            report("chat", {{key("draft"), m_client.chats().draft(*chat)}});
        });
        return;
    }
    m_client.people().find(username, [this, username](auto person) {
        if (!person) // not connected yet
            return QTimer::singleShot(100, this, [this, username] { chatWith(username); });
        m_client.people().accept(person->id, [this, id = person->id](auto accepted) {
            if (!accepted)
                return fail("accept", accepted.error());
            m_client.chats().start(id, [this](auto chat) {
                if (!chat)
                    return fail("start", chat.error());
                m_chat = *chat;
                report("chat", {{key("draft"), m_client.chats().draft(*chat)}});
            });
        });
    });
}

void SoakClient::send(const QString& text)
{
    if (!m_chat)
        return report("failed", {{key("what"), key("send without a chat")}});
    m_client.chats().sendText(*m_chat, text, {}, [this, text](auto sent) {
        if (!sent)
            return fail("send", sent.error());
        report("queued", {{key("text"), text}});
    });
}

void SoakClient::onMessage(const ConversationId&, const client::MessageItem& message)
{
    using enum client::MessageState;
    if (!message.outgoing) {
        report("received", {{key("text"), message.text}});
        return;
    }
    const auto before = m_states.contains(message.id) ? m_states[message.id] : Pending;
    m_states[message.id] = message.state;
    if (before == Pending && (message.state == Sent || message.state == Delivered || message.state == Read))
        report("sent", {{key("text"), message.text}});
}

void SoakClient::dump(std::optional<client::MessageItem> before, QJsonArray later)
{
    m_client.chats().readPage(*m_chat, before, 500, [this, later](auto page) {
        if (!page)
            return fail("dump", page.error());
        QJsonArray texts;
        for (const auto& message : page->messages)
            texts.append(QJsonObject{{key("own"), message.outgoing},
                                     {key("text"), message.text},
                                     {key("kind"), static_cast<int>(message.kind)},
                                     {key("state"), static_cast<int>(message.state)}});
        for (const auto& item : later)
            texts.append(item);
        if (page->more && !page->messages.empty())
            return dump(page->messages.front(), texts);
        report("dump", {{key("texts"), texts}});
    });
}

} // namespace impulse::test
