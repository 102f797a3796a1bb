#include "tests/support/Catch.h"
#include "tests/unit/e2ee/World.h"

namespace impulse::e2ee::test {

using crypto::CryptoError;
using crypto::EventKind;

Device::Device(World& world, const UserId& user, const SignPublicKey& identityKey)
    : m_world(world), m_keys(crypto::Device::create(world.rng(), user, identityKey, world.nowMs()))
{
    store = std::make_unique<SessionStore>(OwnDevice::of(m_keys));
}

crypto::VerifiedPeer Device::peer() const
{
    return crypto::VerifiedPeerForTests::make(party());
}

PrekeyBundle Device::takeBundle()
{
    PrekeyBundle bundle{m_publishedSigned, std::nullopt};
    if (!m_publishedOneTime.empty()) {
        bundle.oneTimePrekey = m_publishedOneTime.front();
        m_publishedOneTime.pop_front();
    }
    return bundle;
}

void Device::logIn(World& world)
{
    std::vector<std::uint32_t> ids;
    for (const auto& key : m_publishedOneTime)
        ids.push_back(key.id);
    publish(world, store->changePrekeys().plan(m_publishedSigned.id, ids, world.nowMs()));
}

void Device::publish(World& world, const PrekeyPlan& plan)
{
    auto& keys = store->changePrekeys();
    if (plan.replaceSigned)
        m_publishedSigned = keys.rotateSigned(world.rng(), m_keys, world.nowMs()).value();
    if (plan.replaceOneTime)
        m_publishedOneTime.clear();
    // A few are enough here, so that running out of them is met as well.
    const auto count = std::min<std::size_t>(plan.newOneTime, 3);
    const auto made = keys.makeOneTime(world.rng(), count, world.nowMs());
    REQUIRE(made.ok());
    m_publishedOneTime.insert(m_publishedOneTime.end(), made->begin(), made->end());
}

void Device::rotateSigned(World& world)
{
    publish(world, {true, false, 0});
}

void Device::ensureSession(World& world, const Device& peer)
{
    if (!store->needsSession(peer.peer(), world.nowMs()))
        return;
    auto bundle = world.find(peer.party().device)->takeBundle();
    REQUIRE(store->start(world.rng(), peer.peer(), bundle, world.nowMs()).ok());
}

std::optional<CryptoError> Device::receive(World& world, const Mail& mail)
{
    auto opened = openEnvelope(*store, world.directory(), *this, mail.aad, mail.body, mail.wrap,
                               world.nowMs());
    if (!opened.ok()) {
        failed(mail, opened.error());
        return opened.error();
    }
    REQUIRE(accept(*store, *opened).ok());
    if (opened->aad.kind == EventKind::Direct) {
        REQUIRE(contents.emplace(opened->aad.message, opened->content).second);
        unread.erase(opened->aad.message);
        return std::nullopt;
    }
    const auto& sender = *world.find(opened->aad.senderDevice);
    const auto content = parseContent(EventKind::Control, opened->content);
    REQUIRE(content.ok());
    if (const auto* request = std::get_if<ResendRequestContent>(&*content))
        answer(world, sender, *request);
    else if (std::holds_alternative<SessionRefreshContent>(*content))
        m_healWanted.insert(sender.party().device);
    return std::nullopt;
}

void Device::failed(const Mail& mail, CryptoError error)
{
    const auto fields = mail.fields();
    if (!canHeal(error) || contents.contains(fields.message))
        return;
    if (fields.kind == EventKind::Direct)
        unread.insert_or_assign(fields.message, mail);
    else
        m_refreshWanted.insert(fields.senderDevice);
}

void Device::answer(World& world, const Device& asker, const ResendRequestContent& request)
{
    for (const auto& item : request.items) {
        const auto found = sent.find(item.id);
        if (item.author != party().device || found == sent.end())
            continue;
        const auto& event = found->second;
        if (!std::ranges::count(event.addressees, asker.party().device))
            continue;
        ensureSession(world, asker);
        auto message = rewrap(world.rng(), *store, world.directory().head(), event.key,
                              event.bodyHash, asker.peer());
        REQUIRE(message.ok());
        world.deliver(asker.party().device, {event.aad, event.body, *message, event.content});
    }
}

void Device::heal(World& world)
{
    std::map<DeviceId, ResendRequestContent> requests;
    for (const auto& [id, mail] : unread) {
        const auto author = mail.fields().senderDevice;
        if (requests[author].items.size() < contentLimits::resendIds)
            requests[author].items.push_back({author, id});
    }
    for (const auto& device : m_refreshWanted)
        requests[device];
    for (const auto& device : m_healWanted)
        requests[device];
    for (auto& [device, request] : requests) {
        auto& peer = *world.find(device);
        if (store->heal(peer.peer(), world.nowMs()) == Healing::FetchBundleAndStart) {
            REQUIRE(store
                        ->start(world.rng(), peer.peer(), peer.takeBundle(), world.nowMs(),
                                StartReason::Heal)
                        .ok());
        }
        if (!request.items.empty())
            world.control(*this, peer, std::move(request));
        if (m_refreshWanted.contains(device))
            world.control(*this, peer, SessionRefreshContent{});
    }
    m_refreshWanted.clear();
    m_healWanted.clear();
}

std::vector<crypto::SecretBytes> Device::saved() const
{
    std::vector<crypto::SecretBytes> state;
    state.push_back(store->savePrekeys());
    for (std::size_t i = 0; i < m_world.deviceCount(); ++i)
        state.push_back(store->savePeer(m_world.device(i).party().device));
    return state;
}

void Device::load(const std::vector<crypto::SecretBytes>& state)
{
    store = std::make_unique<SessionStore>(OwnDevice::of(m_keys));
    REQUIRE(store->loadPrekeys(state[0]).ok());
    for (std::size_t i = 1; i < state.size(); ++i) {
        if (!state[i].empty())
            REQUIRE(store->loadPeer(m_world.device(i - 1).party().device, state[i]).ok());
    }
}

void Device::takeSnapshot()
{
    m_snapshot = saved();
    m_sentAtSnapshot = sent.size();
}

void Device::rollBack(World& world)
{
    if (m_snapshot.empty())
        return;
    load(m_snapshot);
    // The log shows events of one's own that the snapshot does not know: its sessions would go on
    // with numbers that peers have seen (encryption.md 3.5).
    if (sent.size() != m_sentAtSnapshot)
        store->forgetAll();
    logIn(world);
}

void Device::loseEverything(World& world)
{
    store = std::make_unique<SessionStore>(OwnDevice::of(m_keys));
    logIn(world);
}

std::optional<Sender> Device::sender(const UserId& user, const DeviceId& device) const
{
    const auto* found = m_world.find(device);
    if (!found || found->party().user != user)
        return std::nullopt;
    return Sender{found->peer(), standing};
}

bool Device::wasSeen(const DeviceId&, const MessageId& id) const
{
    return contents.contains(id);
}

} // namespace impulse::e2ee::test
