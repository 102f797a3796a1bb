#pragma once

#include "client/core/Client.h"
#include "client/core/ServerLink.h"
#include "client/core/ThreadWorkerPool.h"
#include "client/net/WebSocketTransport.h"
#include "client/storage/SqlClientStore.h"
#include "common/core/Clock.h"
#include "tests/support/FileSecretStore.h"
#include "tests/support/LineChannel.h"

#include <map>

namespace impulse::test {

/// The real client core, transport and database without a window, told what to do line by line and
/// killed at any moment by the test that started it. Only the keychain is a file, so that a restart
/// takes no password.
///
/// Commands: {"op": "register", "name", "server", "password"}, {"op": "open"}, {"op": "chat",
/// "with"}, {"op": "send", "text"}, {"op": "draft", "text"}, {"op": "dump"}.
/// Reports: {"event": "state", …}, "registered", "chat", "queued", "sent" (the server has it),
/// "received", "dump" {"texts": [{"own", "text", "state"}…]}, "draft", "failed".
class SoakClient : public QObject {
    Q_OBJECT
public:
    explicit SoakClient(const QString& home, QObject* parent = nullptr);

private:
    void run(const QJsonObject& command);
    void registerAccount(const QJsonObject& command);
    void open();
    void chatWith(const QString& username);
    void send(const QString& text);
    void dump(std::optional<client::MessageItem> before, QJsonArray later);
    void report(const char* event, QJsonObject fields = {});
    void fail(const char* what, const client::ClientError& error);
    void onMessage(const ConversationId& id, const client::MessageItem& message);

    LineChannel m_channel;
    SystemClock m_clock;
    FileSecretStore m_secrets;
    client::WebSocketTransport m_transport;
    client::SqlClientStore m_store;
    client::ThreadWorkerPool m_workers;
    client::Client m_client;
    std::optional<ConversationId> m_chat;
    std::map<MessageId, client::MessageState> m_states;
};

} // namespace impulse::test
