#include "server/core/DeliveryRouter.h"

#include "server/core/Announcements.h"

namespace impulse::server {
namespace {

template <class Map, class Key>
bool removeFrom(Map& map, const Key& key, const std::shared_ptr<Session>& session)
{
    const auto found = map.find(key);
    if (found == map.end())
        return false;
    const bool removed = std::erase(found->second, session) > 0;
    if (found->second.empty())
        map.erase(found);
    return removed;
}

const protocol::Wrap* wrapFor(const std::vector<protocol::Wrap>& wraps, const DeviceId& device)
{
    const auto found = std::ranges::find(wraps, device, &protocol::Wrap::deviceId);
    return found == wraps.end() ? nullptr : &*found;
}

} // namespace

bool DeliveryRouter::add(const std::shared_ptr<Session>& session)
{
    m_devices[session->identity.device].push_back(session);
    m_users[session->identity.user].push_back(session);
    m_groups.invalidate();
    return m_bus.join(session->identity.user, session->identity.device);
}

bool DeliveryRouter::remove(const std::shared_ptr<Session>& session)
{
    const auto& identity = session->identity;
    m_slow.erase(session);
    if (!removeFrom(m_devices, identity.device, session))
        return false;
    removeFrom(m_users, identity.user, session);
    m_groups.invalidate();
    return m_bus.leave(identity.user, identity.device);
}

void DeliveryRouter::push(const Delivery& delivery)
{
    std::visit([this](const auto& one) { push(one); }, delivery);
}

const DeliveryRouter::Sessions* DeliveryRouter::sessionsOf(const UserId& user) const
{
    const auto found = m_users.find(user);
    return found == m_users.end() ? nullptr : &found->second;
}

const DeliveryRouter::Sessions* DeliveryRouter::sessionsOf(const DeviceId& device) const
{
    const auto found = m_devices.find(device);
    return found == m_devices.end() ? nullptr : &found->second;
}

void DeliveryRouter::push(const EventDelivery& delivery)
{
    const auto& event = *delivery.event;
    for (const auto& device : delivery.readers) {
        const auto* sessions = sessionsOf(device);
        if (!sessions)
            continue;
        std::optional<Bytes> frame;
        for (const auto& session : *sessions) {
            if (!session->subscribed)
                continue;
            if (isTooSlow(*session, event.conversation))
                continue;
            if (!frame) {
                protocol::EventPush push{{delivery.seq, event.serverMs, event.aad, event.body, {}}};
                if (const auto* wrap = wrapFor(event.wraps, device))
                    push.event.wrap = wrap->message;
                frame = protocol::encodePush(push);
            }
            session->pushEvent(*frame);
        }
    }
}

void DeliveryRouter::push(const GroupDelivery& delivery)
{
    const auto& sessions = m_groups.of(
        delivery.readers, [this](const Readers& readers) { return sessionsOf(readers); });
    for (auto* session : sessions) {
        if (!session->subscribed || session->identity.device == delivery.except)
            continue;
        using WhenSlow = GroupDelivery::WhenSlow;
        if (delivery.whenSlow == WhenSlow::Note && isTooSlow(*session, delivery.group))
            continue;
        if (delivery.whenSlow == WhenSlow::Drop && session->isSlow())
            continue;
        if (delivery.whenSlow == WhenSlow::Send)
            session->send(delivery.frame);
        else if (delivery.isEvent)
            session->pushEvent(delivery.frame);
        else
            session->push(delivery.frame);
    }
}

std::vector<Session*> DeliveryRouter::sessionsOf(const Readers& readers) const
{
    std::vector<Session*> result;
    for (const auto& device : readers) {
        if (const auto* sessions = sessionsOf(device)) {
            for (const auto& session : *sessions)
                result.push_back(session.get());
        }
    }
    return result;
}

bool DeliveryRouter::isTooSlow(Session& session, const ConversationId& conversation)
{
    if (!session.isSlow())
        return false;
    session.missed.conversations.insert(conversation);
    m_slow.insert(session.shared_from_this());
    return true;
}

void DeliveryRouter::push(const MailboxDelivery& delivery)
{
    const auto* sessions = sessionsOf(delivery.device);
    if (!sessions)
        return;
    for (const auto& session : *sessions) {
        if (!session->subscribed)
            continue;
        if (session->isSlow()) {
            session->missed.mailbox = true;
            m_slow.insert(session);
        } else {
            session->send(protocol::encodePush(protocol::MailboxPush{delivery.entry}));
        }
    }
}

void DeliveryRouter::push(const TransientDelivery& delivery)
{
    const auto* sessions = sessionsOf(delivery.device);
    if (!sessions)
        return;
    for (const auto& session : *sessions) {
        if (session->subscribed && session->identity.user == delivery.user && !session->isSlow())
            session->send(protocol::encodePush(delivery.push));
    }
}

void DeliveryRouter::push(const DirectoryDelivery& delivery)
{
    const auto frame = protocol::encodePush(protocol::DirectoryPush{wireEntry(delivery.entry)});
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

void DeliveryRouter::push(const UserDelivery& delivery)
{
    const auto* sessions = sessionsOf(delivery.user);
    if (!sessions)
        return;
    for (const auto& session : *sessions) {
        if (session->subscribed && session->number != delivery.except)
            session->send(delivery.frame);
    }
}

void DeliveryRouter::push(const PresenceDelivery& delivery)
{
    auto state = protocol::Presence{delivery.owner, false, 0};
    if (delivery.visible)
        state = presence(delivery.owner, delivery.showLastSeen, delivery.lastSeenMs);
    push(UserDelivery{delivery.peer, protocol::encodePush(protocol::PresencePush{state})});
}

void DeliveryRouter::push(const ClosingDelivery& delivery)
{
    const auto* sessions = sessionsOf(delivery.user);
    if (!sessions)
        return;
    // A copy: a session that is closed may leave the list.
    for (const auto& session : Sessions(*sessions)) {
        if (std::ranges::find(delivery.listed, session->identity.device) == delivery.listed.end())
            session->close(delivery.reason, 0, CloseCode::Policy);
    }
}

protocol::Presence DeliveryRouter::presence(const Account& owner) const
{
    return presence(owner.userId, owner.showLastSeen, owner.lastSeenMs);
}

protocol::Presence DeliveryRouter::presence(const UserId& owner, bool showLastSeen,
                                            std::uint64_t lastSeenMs) const
{
    const bool online = m_bus.isOnline(owner);
    return {owner, online, showLastSeen ? (online ? m_clock.nowMs() : lastSeenMs) : 0};
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
        const auto last = lastSeq(session, id);
        if (last == 0)
            continue;
        for (auto& event : m_store.conversations().events(id, last - 1, 1, 0, device))
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

std::uint64_t DeliveryRouter::lastSeq(const Session& session,
                                      const ConversationId& conversation) const
{
    const auto found = m_store.conversations().find(conversation);
    if (!found)
        return 0;
    if (!found->isGroup)
        return found->lastSeq;
    const auto group = m_store.groups().viewOf(session.identity.user, conversation);
    return group ? group->lastSeq : 0;
}

} // namespace impulse::server
