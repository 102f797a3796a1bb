#pragma once

#include "client/e2ee/Envelope.h"
#include "tests/support/VerifiedPeerForTests.h"

#include <deque>
#include <map>
#include <memory>
#include <random>

/// Devices of several people and a server that only passes things on, all in one thread.
namespace impulse::e2ee::test {

/// From the environment variable IMPULSE_SEED, to repeat a run, else random.
std::uint64_t newSeed();

/// Draws from a seed: runs can be repeated.
class SeededRng final : public crypto::Rng {
public:
    explicit SeededRng(std::uint64_t seed) : m_engine(seed) {}
    void fill(std::span<std::uint8_t> out) override;
    std::uint64_t next() { return m_engine(); }

private:
    std::mt19937_64 m_engine;
};

/// One event on its way to one device.
struct Mail {
    Bytes aad;
    Bytes body;
    Bytes wrap;
    Bytes content;

    crypto::Aad fields() const { return crypto::parseAad(aad).value(); }
    MessageId id() const { return fields().message; }
};

class World;

/// A client reduced to its session store, its messages and the rules of healing.
class Device final : public EnvelopeContext {
public:
    /// A message row of one's own: enough to answer a resend request.
    struct Sent {
        Bytes aad;
        Bytes body;
        Bytes content;
        BodyKey key;
        Hash32 bodyHash;
        std::vector<DeviceId> addressees;
    };

    Device(World& world, const UserId& user, const SignPublicKey& identityKey);

    const Party& party() const { return m_keys.party(); }
    crypto::VerifiedPeer peer() const;
    /// Opens and keeps the event, and acts on requests. The error, if it was refused.
    std::optional<crypto::CryptoError> receive(World& world, const Mail& mail);
    /// A bundle as the server hands it out, with a one-time prekey while there are any.
    PrekeyBundle takeBundle();
    /// Compares prekeys with the server, as at every login.
    void logIn(World& world);
    /// A new signed prekey, as every week.
    void rotateSigned(World& world);
    /// A session towards `peer` that wrap() can use.
    void ensureSession(World& world, const Device& peer);
    /// Asks for what could not be read, one request per author device.
    void heal(World& world);

    void takeSnapshot();
    void rollBack(World& world);
    /// Loses sessions and prekey secrets.
    void loseEverything(World& world);
    /// The state of the store, as the bytes that would be saved.
    std::vector<crypto::SecretBytes> saved() const;

    std::optional<Sender> sender(const UserId& user, const DeviceId& device) const override;
    bool wasSeen(const DeviceId& sender, const MessageId& id) const override;

    std::unique_ptr<SessionStore> store;
    std::map<MessageId, Bytes> contents;
    std::map<MessageId, Sent> sent;
    /// Events addressed to this device that it has not been able to read, by id.
    std::map<MessageId, Mail> unread;
    std::deque<Mail> mailbox;
    /// What this device says of every sender.
    Sender::Standing standing = Sender::Standing::Current;

private:
    friend class World;
    void publish(World& world, const PrekeyPlan& plan);
    void answer(World& world, const Device& asker, const ResendRequestContent& request);
    void failed(const Mail& mail, crypto::CryptoError error);
    void load(const std::vector<crypto::SecretBytes>& state);

    World& m_world;
    crypto::Device m_keys;
    crypto::SignedPrekey m_publishedSigned;
    std::deque<crypto::OneTimePrekey> m_publishedOneTime;
    std::vector<crypto::SecretBytes> m_snapshot;
    std::size_t m_sentAtSnapshot = 0;
    std::uint64_t m_lastSentMs = 0;
    std::map<ConversationId, std::uint64_t> m_sequences;
    /// Peer devices that asked for a repetition of what is outstanding.
    std::set<DeviceId> m_healWanted;
    /// Peer devices whose control envelopes could not be read.
    std::set<DeviceId> m_refreshWanted;
};

class World {
public:
    explicit World(std::uint64_t seed);

    Device& addDevice(std::size_t user);
    Device& device(std::size_t index) { return *m_devices[index]; }
    std::size_t deviceCount() const { return m_devices.size(); }
    Device* find(const DeviceId& id);
    const crypto::Directory& directory() const { return m_directory; }
    crypto::Rng& rng() { return m_rng; }
    std::size_t random(std::size_t below) { return m_rng.next() % below; }
    std::uint64_t nowMs() const { return m_nowMs; }
    void sleep(std::uint64_t ms) { m_nowMs += ms; }

    /// A text from one device to some, one mail for each, not delivered.
    std::vector<Mail> send(Device& from, const std::vector<Device*>& to);
    /// Any bytes as the content of an event, by the rules or not.
    Mail sealRaw(Device& from, Device& to, crypto::EventKind kind, std::uint8_t flags,
                 View content);
    /// A control envelope into the mailbox of one device.
    void control(Device& from, Device& to, const Content& content);
    /// A text to all devices of a user and all other own ones, into their mailboxes.
    void post(Device& from, std::size_t user);
    /// Delivers some of the mailbox, in order, at times one of them twice.
    void deliverSome(Device& device);
    /// Delivers everything, then lets everybody heal, for up to `rounds` rounds. Number of control
    /// envelopes and new wraps that this took.
    std::size_t healUntilDone(int rounds);
    /// Events that an addressee has not read.
    std::size_t missing() const;
    std::size_t posted() const { return m_posted; }
    /// Saves and loads the device's state, which must not change by that.
    void reload(Device& device);
    /// Puts an answer or a control envelope into a mailbox and counts it as traffic of healing.
    void deliver(const DeviceId& device, Mail mail);

private:
    std::vector<Mail> seal(Device& from, const std::vector<Device*>& to, crypto::EventKind kind,
                           const UserId& peer, const Content& content);
    void deliverAll();

    SeededRng m_rng;
    crypto::Directory m_directory;
    std::vector<UserId> m_users;
    std::vector<SignPublicKey> m_identities;
    std::vector<std::unique_ptr<Device>> m_devices;
    std::uint64_t m_nowMs = 1'700'000'000'000;
    std::size_t m_posted = 0;
    std::size_t m_traffic = 0;
};

} // namespace impulse::e2ee::test
