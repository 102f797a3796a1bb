#include "server/core/DeliveryRouter.h"

namespace impulse::server {
namespace {

template <class Map, class Key>
bool removeFrom(Map& map, const Key& key, const std::shared_ptr<Session>& session)
{
    const auto found = map.find(key);
    if (found == map.end())
        return false;
    std::erase(found->second, session);
    if (!found->second.empty())
        return false;
    map.erase(found);
    return true;
}

const protocol::Wrap* wrapFor(const std::vector<protocol::Wrap>& wraps, const DeviceId& device)
{
    const auto found = std::ranges::find(wraps, device, &protocol::Wrap::deviceId);
    return found == wraps.end() ? nullptr : &*found;
}

} // namespace

decltype(protocol::DirectoryPush::entry) wireEntry(const DirectoryEntry& entry)
{
    decltype(protocol::DirectoryPush::entry) result;
    for (std::size_t i = 0; i < 8; ++i)
        result.data()[i] = static_cast<std::uint8_t>(entry.seq >> (56 - 8 * i));
    std::ranges::copy(entry.label.view(), result.data() + 8);
    std::ranges::copy(entry.listHash.view(), result.data() + 40);
    return result;
}

bool DeliveryRouter::add(const std::shared_ptr<Session>& session)
{
    m_devices[session->identity.device].push_back(session);
    auto& sessions = m_users[session->identity.user];
    sessions.push_back(session);
    return sessions.size() == 1;
}

bool DeliveryRouter::remove(const std::shared_ptr<Session>& session)
{
    m_slow.erase(session);
    removeFrom(m_devices, session->identity.device, session);
    return removeFrom(m_users, session->identity.user, session);
}

DeliveryRouter::Sessions DeliveryRouter::sessionsOf(const UserId& user) const
{
    const auto found = m_users.find(user);
    return found == m_users.end() ? Sessions{} : found->second;
}

void DeliveryRouter::pushEvent(std::uint64_t seq, const NewEvent& event,
                               const std::vector<DeviceId>& readers)
{
    for (const auto& device : readers) {
        const auto found = m_devices.find(device);
        if (found == m_devices.end())
            continue;
        std::optional<Bytes> frame;
        for (const auto& session : found->second) {
            if (!session->subscribed)
                continue;
            if (session->isSlow()) {
                session->missed.conversations.insert(event.conversation);
                m_slow.insert(session);
                continue;
            }
            if (!frame) {
                protocol::EventPush push{{seq, event.serverMs, event.aad, event.body, {}}};
                if (const auto* wrap = wrapFor(event.wraps, device))
                    push.event.wrap = wrap->message;
                frame = protocol::encodePush(push);
            }
            session->sendEvent(*frame);
        }
    }
}

void DeliveryRouter::pushErased(const Conversation& conversation,
                                const std::vector<std::uint64_t>& seqs)
{
    const protocol::ErasedPush push{conversation.id, seqs};
    pushSmall(conversation.first, push);
    if (conversation.second != conversation.first)
        pushSmall(conversation.second, push);
}

void DeliveryRouter::pushMailbox(const DeviceId& device, const protocol::MailboxEntry& entry)
{
    const auto found = m_devices.find(device);
    if (found == m_devices.end())
        return;
    for (const auto& session : found->second) {
        if (!session->subscribed)
            continue;
        if (session->isSlow()) {
            session->missed.mailbox = true;
            m_slow.insert(session);
        } else {
            session->send(protocol::encodePush(protocol::MailboxPush{entry}));
        }
    }
}

void DeliveryRouter::pushTransient(const UserId& user, const DeviceId& device,
                                   const protocol::TransientPush& push)
{
    const auto found = m_devices.find(device);
    if (found == m_devices.end())
        return;
    for (const auto& session : found->second) {
        if (session->subscribed && session->identity.user == user && !session->isSlow())
            session->send(protocol::encodePush(push));
    }
}

void DeliveryRouter::pushDirectory(const DirectoryEntry& entry)
{
    const auto frame = protocol::encodePush(protocol::DirectoryPush{wireEntry(entry)});
    for (const auto& [user, sessions] : m_users) {
        for (const auto& session : sessions) {
            if (!session->subscribed)
                continue;
            if (session->isSlow()) {
                session->missed.directory = true;
                m_slow.insert(session);
            } else {
                session->send(frame);
            }
        }
    }
}

void DeliveryRouter::sendSmall(const UserId& user, View frame, const Session* except)
{
    for (const auto& session : sessionsOf(user)) {
        if (session->subscribed && session.get() != except)
            session->send(frame);
    }
}

protocol::Presence DeliveryRouter::presence(const Account& owner) const
{
    const bool online = isOnline(owner.userId);
    const auto lastSeen = online ? m_clock.nowMs() : owner.lastSeenMs;
    return {owner.userId, online, owner.showLastSeen ? lastSeen : 0};
}

void DeliveryRouter::announcePresence(const UserId& owner)
{
    const auto account = m_store.accounts().find(owner);
    if (!account)
        return;
    auto state = presence(*account);
    // It has only just gone: the store does not know the time yet.
    if (!state.online && account->showLastSeen)
        state.lastSeenMs = m_clock.nowMs();
    for (const auto& peer : m_store.contacts().audience(owner))
        pushSmall(peer, protocol::PresencePush{state});
}

void DeliveryRouter::announcePresenceTo(const UserId& peer, const UserId& owner, bool accepted)
{
    if (!isOnline(peer) || m_store.contacts().state(peer, owner) == protocol::ContactState::Blocked)
        return;
    const auto account = accepted ? m_store.accounts().find(owner) : std::nullopt;
    const auto state = account ? presence(*account) : protocol::Presence{owner, false, 0};
    pushSmall(peer, protocol::PresencePush{state});
}

void DeliveryRouter::closeAll(const UserId& user, protocol::ErrorCode reason)
{
    for (const auto& session : sessionsOf(user))
        session->close(reason, 0, CloseCode::Policy);
}

void DeliveryRouter::closeUnlisted(const UserId& user, const std::vector<DeviceId>& listed)
{
    for (const auto& session : sessionsOf(user)) {
        if (std::ranges::find(listed, session->identity.device) == listed.end())
            session->close(protocol::ErrorCode::DeviceRemoved, 0, CloseCode::Policy);
    }
}

void DeliveryRouter::tellSlowReaders()
{
    std::erase_if(m_slow, [this](const std::shared_ptr<Session>& session) {
        if (!session->hasRead())
            return false;
        tellMissed(*session);
        return true;
    });
}

void DeliveryRouter::tellMissed(Session& session)
{
    // The newest of each is enough: its number shows the gap.
    const auto missed = std::exchange(session.missed, {});
    const auto& device = session.identity.device;
    for (const auto& id : missed.conversations) {
        const auto conversation = m_store.conversations().find(id);
        if (!conversation || conversation->lastSeq == 0)
            continue;
        for (auto& event :
             m_store.conversations().events(id, conversation->lastSeq - 1, 1, 0, device))
            session.send(protocol::encodePush(protocol::EventPush{std::move(event)}));
    }
    if (missed.mailbox) {
        const auto last = m_store.mailboxes().last(device);
        if (last > 0) {
            for (auto& entry : m_store.mailboxes().page(device, last - 1, 1, 0).entries)
                session.send(protocol::encodePush(protocol::MailboxPush{std::move(entry)}));
        }
    }
    if (missed.directory) {
        const auto last = m_store.directory().lastSeq();
        for (const auto& entry : m_store.directory().entries(last - 1, 1))
            session.send(protocol::encodePush(protocol::DirectoryPush{wireEntry(entry)}));
    }
}

} // namespace impulse::server
