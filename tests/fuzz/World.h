#pragma once

#include "client/e2ee/Envelope.h"
#include "common/crypto/Codec.h"
#include "tests/fuzz/Require.h"
#include "tests/support/VerifiedPeerForTests.h"

namespace impulse::fuzz {

inline constexpr std::uint64_t nowMs = 1'790'000'000'000;

/// The same draws in every run, so that a finding is found again.
class CountingRng final : public crypto::Rng {
public:
    explicit CountingRng(std::uint64_t seed) : m_state(seed) {}

    void fill(std::span<std::uint8_t> out) override
    {
        for (auto& byte : out) {
            m_state = m_state * 6364136223846793005u + 1442695040888963407u;
            byte = static_cast<std::uint8_t>(m_state >> 56);
        }
    }

private:
    std::uint64_t m_state;
};

/// One device of one person and what it stores.
class Party {
public:
    explicit Party(std::uint64_t seed)
        : m_rng(seed), m_user(crypto::random<UserId>(m_rng)),
          m_identity(crypto::random<crypto::RootSecret>(m_rng), m_user),
          m_device(crypto::Device::create(m_rng, m_user, m_identity.publicKey(), nowMs)),
          m_store(e2ee::OwnDevice::of(m_device))
    {
    }

    crypto::Rng& rng() { return m_rng; }
    const crypto::Device& device() const { return m_device; }
    const DeviceId& id() const { return m_device.id(); }
    e2ee::SessionStore& store() { return m_store; }
    crypto::VerifiedPeer asPeer() const
    {
        return crypto::VerifiedPeerForTests::make(m_device.party());
    }

private:
    CountingRng m_rng;
    UserId m_user;
    crypto::UserIdentity m_identity;
    crypto::Device m_device;
    e2ee::SessionStore m_store;
};

/// Alice and Bob in the middle of a conversation, always the same one. Bob has answered, and has
/// these of Alice's messages still to come: one whose key he has stored, the next one after a
/// ratchet step, one beyond a gap, and the first of a second session.
class World {
public:
    World() : alice(1), bob(2)
    {
        startSession();
        wrapForBob("before");
        wrapForBob("skipped");
        wrapForBob("in order");
        deliver(0);
        deliver(1);
        answer();
        wrapForBob("a ratchet step");
        wrapForBob("lost");
        wrapForBob("beyond a gap");
        waiting.erase(waiting.begin() + 2);
        startSession();
        wrapForBob("another session");
        m_prekeys = bob.store().savePrekeys();
        m_peer = bob.store().savePeer(alice.id());
        m_sender = alice.store().savePeer(bob.id());
    }

    /// Everything as after the construction.
    void restore()
    {
        require(bob.store().loadPrekeys(m_prekeys).ok());
        require(bob.store().loadPeer(alice.id(), m_peer).ok());
        require(alice.store().loadPeer(bob.id(), m_sender).ok());
    }

    bool bobIsUnchanged()
    {
        return bob.store().savePrekeys() == m_prekeys && bob.store().savePeer(alice.id()) == m_peer;
    }

    /// What Bob stores about Alice, and about his own prekeys.
    const crypto::SecretBytes& savedPeer() const { return m_peer; }
    const crypto::SecretBytes& savedPrekeys() const { return m_prekeys; }

    Party alice;
    Party bob;
    std::vector<Bytes> waiting;

private:
    void startSession()
    {
        auto& prekeys = bob.store().changePrekeys();
        auto signedPrekey = prekeys.rotateSigned(bob.rng(), bob.device(), nowMs);
        auto oneTime = prekeys.makeOneTime(bob.rng(), 2, nowMs);
        require(signedPrekey.ok() && oneTime.ok());
        const e2ee::PrekeyBundle bundle{*signedPrekey, oneTime->front()};
        require(alice.store().start(alice.rng(), bob.asPeer(), bundle, nowMs).ok());
    }

    void wrapForBob(std::string_view text)
    {
        auto message = alice.store().wrap(alice.rng(), bob.asPeer(), text);
        require(message.ok());
        waiting.push_back(std::move(*message));
    }

    void deliver(std::size_t position)
    {
        auto unwrapped = bob.store().unwrap(alice.asPeer(), waiting.at(position), nowMs);
        require(unwrapped.ok());
        require(bob.store().commit(std::move(unwrapped->changes)).ok());
        waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(position));
    }

    void answer()
    {
        const auto message =
            bob.store().wrap(bob.rng(), alice.asPeer(), std::string_view("answer"));
        require(message.ok());
        auto unwrapped = alice.store().unwrap(bob.asPeer(), *message, nowMs);
        require(unwrapped.ok());
        require(alice.store().commit(std::move(unwrapped->changes)).ok());
    }

    crypto::SecretBytes m_prekeys;
    crypto::SecretBytes m_peer;
    crypto::SecretBytes m_sender;
};

/// Changes of valid bytes, three bytes of the input each: a position and what is put over it.
/// Mutations of whole sealed messages would nearly all fail alike.
inline Bytes edited(Bytes bytes, View edits)
{
    for (; edits.size() >= 3 && !bytes.empty(); edits = edits.subspan(3)) {
        const std::size_t position = static_cast<std::size_t>(edits[0]) << 8 | edits[1];
        bytes[position % bytes.size()] ^= edits[2];
    }
    return bytes;
}

} // namespace impulse::fuzz
