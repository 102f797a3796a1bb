#pragma once

#include "client/e2ee/PrekeyStore.h"
#include "client/e2ee/Session.h"
#include "common/crypto/DeviceLists.h"

#include <map>
#include <set>

namespace impulse::e2ee {

namespace storeLimits {
/// Sessions kept per peer device (encryption.md 3.3).
inline constexpr std::size_t sessions = 8;
/// A peer device is healed at most once in this time (3.5).
inline constexpr std::uint64_t healIntervalMs = 10ull * 60 * 1000;
} // namespace storeLimits

enum class Healing { UseActive, FetchBundleAndStart };
enum class StartReason { Needed, Heal };

/// All sessions of this device and the secrets of its prekeys (encryption.md 3.3 to 3.5).
///
/// No I/O: the caller stores the rows named by takeChanged() in the transaction of the message
/// that changed them. Owned by the client core, used on one thread.
class SessionStore {
public:
    /// What unwrap() found; valid until the store changes in any other way.
    class Changes {
    public:
        Changes(Changes&&) = default;
        Changes& operator=(Changes&&) = default;

    private:
        friend class SessionStore;
        Changes() = default;
        DeviceId m_device;
        SignPublicKey m_identityKey;
        SessionId m_session;
        std::optional<Session> m_new;
        std::uint32_t m_signedId = 0;
        std::uint32_t m_oneTimeId = 0;
        Session::Step m_step;
        std::uint64_t m_revision = 0;
    };

    struct Unwrapped {
        crypto::SecretBytes plaintext;
        SessionId session;
        bool isNew = false;
        Changes changes;
    };

    /// Rows to be stored: peers by device, and the prekeys if `prekeys`.
    struct Changed {
        std::set<DeviceId> peers;
        bool prekeys = false;
    };

    explicit SessionStore(OwnDevice self);

    const OwnDevice& self() const { return m_self; }
    const PrekeyStore& prekeys() const { return m_prekeys; }
    /// Notes that the prekeys have to be stored.
    PrekeyStore& changePrekeys();

    /// True if a bundle must be fetched and start() called before the next wrap().
    bool needsSession(const crypto::VerifiedPeer& peer, std::uint64_t nowMs) const;
    bool canWrap(const crypto::VerifiedPeer& peer) const;

    /// Starts a session, which becomes the active one. Draws: 32, 32. Errors: StaleList (a signed
    /// prekey older than one seen before of this device), and those of Session::initiate.
    crypto::Result<SessionId> start(crypto::Rng& rng, const crypto::VerifiedPeer& peer,
                                    const PrekeyBundle& bundle, std::uint64_t nowMs,
                                    StartReason reason = StartReason::Needed);

    /// How to repair what a peer device's messages need. After FetchBundleAndStart call start()
    /// with StartReason::Heal, which notes the time.
    Healing heal(const crypto::VerifiedPeer& peer, std::uint64_t nowMs) const;

    /// Encrypts on the active session. Errors: UnknownSession (there is none), and those of
    /// Session::encrypt.
    crypto::Result<Bytes> wrap(crypto::Rng& rng, const crypto::VerifiedPeer& peer,
                               crypto::Input plaintext);

    /// Decrypts; nothing changes before commit(). Errors: UnsupportedVersion, Malformed,
    /// UnknownSession, UntrustedIdentity, Duplicate, MissingPreKey, AuthFailed, BadKey,
    /// TooManySkipped.
    crypto::Result<Unwrapped> unwrap(const crypto::VerifiedPeer& peer, View message,
                                     std::uint64_t nowMs) const;

    /// Takes over what unwrap() found. Errors: Internal (the store has changed since: unwrap anew).
    crypto::Result<void> commit(Changes changes);

    /// After a whole envelope was verified: its session becomes active if it is the newest.
    void touch(const crypto::VerifiedPeer& peer, const SessionId& session, std::uint64_t sentMs);
    /// A session refresh or a resend request came on this session.
    void forceActive(const crypto::VerifiedPeer& peer, const SessionId& session);

    /// Drops the sessions of a device that has left its user's list.
    void forget(const DeviceId& device);
    /// Drops every session, keeps the prekeys (this device was rolled back).
    void forgetAll();
    /// Deletes keys past their lifetime. Call it only when logs and mailbox have been read to the
    /// end after coming online: a backlog may need them.
    void expireKeys(std::uint64_t nowMs);

    std::optional<SessionId> active(const crypto::VerifiedPeer& peer) const;
    /// Oldest first.
    std::vector<SessionId> sessionIds(const crypto::VerifiedPeer& peer) const;

    /// What has to be stored since the last call.
    Changed takeChanged();

    /// Version 1 of the stored forms, opaque, for sealing by the caller. Empty: nothing is known of
    /// that device, its row can go.
    crypto::SecretBytes savePeer(const DeviceId& device) const;
    crypto::SecretBytes savePrekeys() const { return m_prekeys.save(); }
    /// Errors: Malformed, UnsupportedVersion; then nothing has changed.
    crypto::Result<void> loadPeer(const DeviceId& device, const crypto::SecretBytes& saved);
    crypto::Result<void> loadPrekeys(const crypto::SecretBytes& saved);

private:
    struct Peer {
        /// The identity under which the sessions were made: another one makes them void.
        SignPublicKey identityKey;
        /// Oldest first.
        std::vector<Session> sessions;
        std::optional<SessionId> active;
        std::uint64_t newestMs = 0;
        std::optional<std::uint64_t> healedMs;
        std::uint32_t highestSignedId = 0;

        const Session* find(const SessionId& id) const;
        Session* find(const SessionId& id);
        const Session* activeSession() const { return active ? find(*active) : nullptr; }
        void add(Session session);
    };

    const Peer* find(const crypto::VerifiedPeer& peer) const;
    Peer* find(const crypto::VerifiedPeer& peer);
    Peer& obtain(const DeviceId& device, const SignPublicKey& identityKey);
    Peer& changing(const DeviceId& device, Peer& peer);
    crypto::Result<Unwrapped> unwrapInit(const crypto::VerifiedPeer& peer,
                                         const RatchetMessage& message, std::uint64_t nowMs) const;
    static crypto::Result<Peer> readPeer(crypto::Reader& reader);

    OwnDevice m_self;
    PrekeyStore m_prekeys;
    std::map<DeviceId, Peer> m_peers;
    Changed m_changed;
    std::uint64_t m_revision = 0;
};

} // namespace impulse::e2ee
