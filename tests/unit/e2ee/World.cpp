#include "tests/unit/e2ee/World.h"

#include "tests/support/Catch.h"

#include <cstdlib>

namespace impulse::e2ee::test {
namespace {

using crypto::EventKind;

constexpr std::uint64_t minuteMs = 60'000;

} // namespace

std::uint64_t newSeed()
{
    const char* given = std::getenv("IMPULSE_SEED"); // NOLINT(concurrency-mt-unsafe): one thread
    return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

void SeededRng::fill(std::span<std::uint8_t> out)
{
    for (auto& byte : out)
        byte = static_cast<std::uint8_t>(m_engine());
}

World::World(std::uint64_t seed) : m_rng(seed), m_directory(crypto::random<ServerId>(m_rng))
{
    for (int i = 0; i < 3; ++i) {
        m_users.push_back(crypto::random<UserId>(m_rng));
        m_identities.push_back(crypto::random<SignPublicKey>(m_rng));
    }
}

Device& World::addDevice(std::size_t user)
{
    m_devices.push_back(std::make_unique<Device>(*this, m_users[user], m_identities[user]));
    m_devices.back()->logIn(*this);
    return *m_devices.back();
}

Device* World::find(const DeviceId& id)
{
    for (const auto& device : m_devices) {
        if (device->party().device == id)
            return device.get();
    }
    return nullptr;
}

std::vector<Mail> World::seal(Device& from, const std::vector<Device*>& to, EventKind kind,
                              const UserId& peer, const Content& content)
{
    m_nowMs += random(3);
    std::vector<crypto::VerifiedPeer> recipients;
    for (auto* device : to) {
        from.ensureSession(*this, *device);
        recipients.push_back(device->peer());
    }
    from.m_lastSentMs = std::max(m_nowMs, from.m_lastSentMs + 1);
    crypto::Aad fields;
    fields.kind = kind;
    fields.conversation = crypto::directConversation(from.party().user, peer);
    fields.message = crypto::random<MessageId>(m_rng);
    fields.senderUser = from.party().user;
    fields.senderDevice = from.party().device;
    fields.peerUser = peer;
    fields.sentMs = from.m_lastSentMs;
    fields.seq = kind == EventKind::Direct ? ++from.m_sequences[fields.conversation] : 0;
    const auto bytes = writeContent(content).value();
    auto envelope = sealEnvelope(m_rng, *from.store, m_directory.head(), fields, bytes, recipients);
    REQUIRE(envelope.ok());
    std::vector<Mail> mails;
    for (auto* device : to) {
        const auto wrap = std::ranges::find(envelope->wraps, device->party().device, &Wrap::device);
        mails.push_back({envelope->aad, envelope->body, wrap->message, bytes});
    }
    if (kind == EventKind::Direct) {
        Device::Sent row{envelope->aad,
                         envelope->body,
                         bytes,
                         std::move(envelope->bodyKey),
                         envelope->bodyHash,
                         {}};
        for (const auto& recipient : recipients)
            row.addressees.push_back(recipient.device());
        from.sent.emplace(fields.message, std::move(row));
    }
    return mails;
}

Mail World::sealRaw(Device& from, Device& to, EventKind kind, std::uint8_t flags, View content)
{
    from.ensureSession(*this, to);
    const bool counted = kind == EventKind::Direct && (flags & crypto::Aad::transient) == 0;
    crypto::Aad fields;
    fields.kind = kind;
    fields.flags = flags;
    fields.conversation = crypto::directConversation(from.party().user, to.party().user);
    fields.message = crypto::random<MessageId>(m_rng);
    fields.senderUser = from.party().user;
    fields.senderDevice = from.party().device;
    fields.peerUser = to.party().user;
    fields.sentMs = ++from.m_lastSentMs;
    fields.seq = counted ? ++from.m_sequences[fields.conversation] : 0;
    const std::vector<crypto::VerifiedPeer> recipients{to.peer()};
    auto envelope =
        sealEnvelope(m_rng, *from.store, m_directory.head(), fields, content, recipients);
    REQUIRE(envelope.ok());
    return {envelope->aad, envelope->body, envelope->wraps.front().message, toBytes(content)};
}

std::vector<Mail> World::send(Device& from, const std::vector<Device*>& to)
{
    TextContent text;
    text.text = "message " + std::to_string(m_rng.next());
    return seal(from, to, EventKind::Direct, to.front()->party().user, std::move(text));
}

void World::control(Device& from, Device& to, const Content& content)
{
    for (auto& mail : seal(from, {&to}, EventKind::Control, to.party().user, content))
        deliver(to.party().device, std::move(mail));
}

void World::post(Device& from, std::size_t user)
{
    std::vector<Device*> to;
    for (const auto& device : m_devices) {
        const auto& owner = device->party().user;
        const bool own = owner == from.party().user;
        if (device.get() != &from && (own || owner == m_users[user]))
            to.push_back(device.get());
    }
    if (to.empty())
        return;
    TextContent text;
    text.text = "message " + std::to_string(m_rng.next());
    auto mails = seal(from, to, EventKind::Direct, m_users[user], std::move(text));
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i]->mailbox.push_back(std::move(mails[i]));
    ++m_posted;
}

void World::deliver(const DeviceId& device, Mail mail)
{
    ++m_traffic;
    find(device)->mailbox.push_back(std::move(mail));
}

void World::deliverSome(Device& device)
{
    for (auto left = random(4) + 1; left > 0 && !device.mailbox.empty(); --left) {
        const auto mail = std::move(device.mailbox.front());
        device.mailbox.pop_front();
        device.receive(*this, mail);
        if (device.contents.contains(mail.id()) && random(5) == 0)
            REQUIRE(device.receive(*this, mail).has_value());
    }
}

void World::deliverAll()
{
    for (bool any = true; any;) {
        any = false;
        for (const auto& device : m_devices) {
            while (!device->mailbox.empty()) {
                deliverSome(*device);
                any = true;
            }
        }
    }
}

std::size_t World::healUntilDone(int rounds)
{
    // The times of encryption.md 3.5: at once, then after 1 and 10 minutes, 1, 6 and 24 hours.
    const std::uint64_t pauses[]{0, 1, 10, 60, 360, 1440};
    deliverAll();
    for (int round = 0; round < rounds && missing() > 0; ++round) {
        m_nowMs += pauses[std::min(round, 5)] * minuteMs;
        for (const auto& device : m_devices)
            device->heal(*this);
        deliverAll();
    }
    return m_traffic;
}

std::size_t World::missing() const
{
    std::size_t count = 0;
    for (const auto& author : m_devices) {
        for (const auto& [id, row] : author->sent) {
            for (const auto& device : m_devices) {
                const bool addressed = std::ranges::count(row.addressees, device->party().device);
                count += addressed && !device->contents.contains(id) ? 1 : 0;
            }
        }
    }
    return count;
}

void World::reload(Device& device)
{
    const auto before = device.saved();
    device.load(before);
    REQUIRE(device.saved() == before);
}

} // namespace impulse::e2ee::test
