#include "client/core/Client.h"

#include "client/core/account/AccountService.h"
#include "client/core/chats/ChatService.h"
#include "client/core/message/GapWatch.h"
#include "client/core/ports/Notifier.h"
#include "client/core/sync/SyncRunner.h"

#include <algorithm>

namespace impulse::client {

struct Client::Parts {
    Parts(const ClientPorts& ports, QObject* parent)
        : state(ports.store, ports.clock, parent), link(ports.transport, ports.clock, parent),
          session(link, state, parent), directory(state, session, parent),
          gossip(state, session, directory, parent), sealer(state, session, directory, parent),
          outbox(state, session, directory, sealer, parent), receipts(state, outbox, parent),
          applier(state, directory, receipts, parent),
          gaps(state, applier, ports.gapPatienceMs, parent),
          healer(state, session, directory, sealer, outbox, applier, ports.placeholderMs, parent),
          inbound(state, session, directory, outbox, applier, healer, gossip, parent),
          typing(state, session, sealer, parent), feed(state, ports.placeholderMs, parent),
          people(state, session, directory, outbox, typing, ports.workers, parent),
          chats(state, feed, outbox, receipts, typing, people, parent),
          restore(state, session, directory, parent),
          repair(state, session, inbound, outbox, parent),
          sync(state, session, directory, restore, repair, inbound, outbox, healer, people, parent),
          keys(ports.workers, ports.secrets, ports.profileName, ports.passwordCost, parent),
          accounts({state, link, session, directory, keys, outbox, restore}, parent)
    {
    }

    /// A red line in the conversation with this person (encryption.md 8.1).
    void tellIdentity(const UserId& user)
    {
        const auto id = state.directConversation(user);
        if (!state.conversation(id))
            return;
        WriteBatch batch;
        auto effects = std::make_shared<ContentApplier::Effects>();
        applier.stageLine(batch, *effects, id, SystemLine::IdentityChanged);
        state.commit(std::move(batch), ContentApplier::run(effects));
    }

    LocalState state;
    ServerConnection link;
    ServerSession session;
    DirectoryKeeper directory;
    GossipWatch gossip;
    Sealer sealer;
    Outbox outbox;
    Receipts receipts;
    ContentApplier applier;
    GapWatch gaps;
    Healer healer;
    Inbound inbound;
    Typing typing;
    MessageFeed feed;
    PeopleService people;
    ChatService chats;
    ServerRestore restore;
    HistoryRepair repair;
    SyncRunner sync;
    KeyGuard keys;
    AccountService accounts;
};

Client::Client(const ClientPorts& ports, QObject* parent)
    : QObject(parent), m_parts(std::make_unique<Parts>(ports, nullptr))
{
    auto& parts = *m_parts;
    connect(&parts.accounts, &AccountService::opened, this, [&parts] {
        parts.chats.load().detach();
        parts.receipts.collectAll();
    });
    connect(&parts.gossip, &GossipWatch::warning, &parts.accounts, &Accounts::securityWarning);
    connect(&parts.accounts, &AccountService::closing, this, [&parts] {
        parts.chats.clear();
        parts.people.clear();
        parts.receipts.clear();
        parts.gossip.clear();
        parts.typing.clear();
    });
    auto& applier = parts.applier;
    connect(&applier, &ContentApplier::messageChanged, &parts.chats, &ChatService::refresh);
    connect(&applier, &ContentApplier::conversationChanged, &parts.chats,
            &ChatService::refreshChat);
    connect(&applier, &ContentApplier::typing, &parts.chats, &ChatService::takeTyping);
    // Whoever has written does not write any more.
    connect(&applier, &ContentApplier::textArrived, &parts.chats,
            [&parts](const ConversationId& id) { parts.chats.takeTyping(id, false); });
    connect(&applier, &ContentApplier::nameWanted, &parts.people, &PeopleService::wantName);
    connect(&applier, &ContentApplier::profileWanted, &parts.people, &PeopleService::wantProfile);
    connect(&applier, &ContentApplier::personChanged, &parts.people, &PeopleService::tellChanged);
    connect(&applier, &ContentApplier::ownProfileKeyArrived, &parts.people,
            &PeopleService::syncOwnProfile);
    connect(&parts.directory, &DirectoryKeeper::devicesChanged, this, [&parts](const UserId& user) {
        if (parts.state.isLoaded() && user == parts.state.self())
            parts.people.tellOwnDevices();
    });
    connect(&parts.directory, &DirectoryKeeper::identityChanged, this,
            [&parts](const UserId& user) { parts.tellIdentity(user); });
    connect(&parts.sync, &SyncRunner::upToDate, &parts.chats, &Chats::upToDate);
    if (auto* notifier = ports.notifier) {
        connect(&applier, &ContentApplier::textArrived, this,
                [&parts, notifier](const ConversationId& id, const MessageId&) {
                    const auto chat = parts.chats.chat(id);
                    if (!chat || chat->muted || chat->blocked)
                        return;
                    if (chat->request)
                        notifier->requestArrived(id, chat->username);
                    else
                        notifier->messageArrived(id, chat->title, chat->previewText);
                });
        connect(&parts.accounts, &Accounts::securityWarning, this,
                [notifier](const QString& text) { notifier->securityNotice(text); });
    }
}

Client::~Client() = default;

Accounts& Client::accounts()
{
    return m_parts->accounts;
}

bool Client::isSettled() const
{
    const auto& parts = *m_parts;
    const auto waits = [&parts](const auto& entry) {
        const OutboxRecord& item = entry.second;
        const auto contact = parts.state.contacts.find(item.peer);
        const bool held = contact != parts.state.contacts.end() && contact->second.changedKey;
        return item.refused == 0 && !held;
    };
    const auto isDirty = [](const auto& entry) { return entry.second.statusDirty; };
    return parts.state.isLoaded() && parts.session.state() == ConnectionState::Online &&
           std::ranges::none_of(parts.state.contacts, isDirty) && parts.sync.isDone() &&
           !parts.receipts.isCollecting() && !parts.state.account.profileDirty &&
           !parts.state.account.privacyDirty && std::ranges::none_of(parts.state.outbox, waits);
}

Connection& Client::connection()
{
    return m_parts->session;
}

People& Client::people()
{
    return m_parts->people;
}

Chats& Client::chats()
{
    return m_parts->chats;
}

} // namespace impulse::client
