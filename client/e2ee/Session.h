#pragma once

#include "client/e2ee/X3dh.h"
#include "common/crypto/Codec.h"

#include <vector>

namespace impulse::e2ee {

namespace sessionLimits {
/// Messages that may be missing before one (encryption.md 3.2).
inline constexpr std::uint32_t skip = 2000;
/// Keys of missing messages kept in one session; the oldest are dropped.
inline constexpr std::size_t storedSkipped = 4000;
/// Former ratchet keys of the peer that are remembered.
inline constexpr std::size_t pastKeys = 64;
/// A skipped key is deleted this long after it was stored.
inline constexpr std::uint64_t skippedLifetimeMs = 30ull * 24 * 3600 * 1000;
/// An unanswered session that was started here is replaced after this time or number of messages.
inline constexpr std::uint64_t unconfirmedLifetimeMs = 7ull * 24 * 3600 * 1000;
inline constexpr std::uint32_t unconfirmedMessages = 500;
} // namespace sessionLimits

using ChainKey = crypto::Secret<struct ChainKeyTag, 32>;
using MessageKey = crypto::Secret<struct MessageKeyTag, 32>;

/// One session with one peer device: the Double Ratchet of encryption.md 3.2 on the agreement of
/// 3.1. Move-only, owned by SessionStore, used on its thread.
class Session {
public:
    struct SkippedKey {
        BoxPublicKey ratchetKey;
        std::uint32_t number = 0;
        MessageKey key;
        std::uint64_t storedMs = 0;
    };

    /// What a decrypted message changes. Nothing has changed before apply().
    class Step {
    public:
        /// A wrap holds a key.
        const crypto::SecretBytes& plaintext() const { return m_plaintext; }

    private:
        friend class Session;
        crypto::SecretBytes m_plaintext;
        /// Position of the skipped key that was used.
        std::optional<std::size_t> m_used;
        /// The rest counts only if no skipped key was used.
        std::optional<RootKey> m_root;
        std::optional<BoxPublicKey> m_ratchetKey;
        std::optional<ChainKey> m_receiving;
        std::uint32_t m_received = 0;
        std::vector<SkippedKey> m_skipped;
    };

    Session(Session&&) = default;
    Session& operator=(Session&&) = default;

    /// Starts a session towards `peer`. Draws: 32 for the agreement, 32 for the first ratchet key.
    /// Errors: those of agreeAsInitiator.
    static crypto::Result<Session> initiate(crypto::Rng& rng, const OwnDevice& self,
                                            const Party& peer, const PrekeyBundle& bundle,
                                            std::uint64_t nowMs);

    /// The session of an init message. Errors: AuthFailed (the session id is not that of the
    /// transcript), BadKey.
    static crypto::Result<Session> accept(const OwnDevice& self, const Party& peer,
                                          const RatchetMessage& message,
                                          const crypto::BoxKeyPair& signedPrekey,
                                          const crypto::BoxKeyPair* oneTime, std::uint64_t nowMs);

    const SessionId& id() const { return m_id; }
    bool isInitiator() const { return m_init.has_value(); }
    /// True once any message of the peer was decrypted; until then messages carry the init block.
    bool isConfirmed() const { return m_confirmed; }
    /// True if nothing came back for so long that a fresh start is better (encryption.md 3.3).
    bool isStale(std::uint64_t nowMs) const;
    bool canEncrypt() const;
    /// The signed prekey that an initiator used; 0 in a session that the peer began.
    std::uint32_t signedPrekeyId() const { return m_init ? m_init->signedPrekeyId : 0; }

    /// Draws: 32 if a ratchet step is due, then 24. Errors: LimitExceeded (2^32 - 1 messages in one
    /// chain), BadKey, Internal (there is no sending chain yet).
    crypto::Result<Bytes> encrypt(crypto::Rng& rng, crypto::Input plaintext);

    /// Changes nothing. Errors: Duplicate, Malformed, BadKey, TooManySkipped, AuthFailed.
    crypto::Result<Step> decrypt(const RatchetMessage& message, std::uint64_t nowMs) const;

    /// `step` comes from decrypt() on this very state.
    void apply(Step&& step);

    /// Deletes skipped keys past their lifetime. Only after the backlog has been read to its end.
    /// True if anything was deleted.
    bool expireSkipped(std::uint64_t nowMs);

    /// Version 1 of the stored form, for sealing by the caller.
    void write(crypto::SecretWriter& writer) const;
    /// Errors: Malformed, UnsupportedVersion.
    static crypto::Result<Session> read(crypto::Reader& reader);

private:
    friend struct SessionInspector; // known-answer tests look at the keys

    Session() = default;

    crypto::Result<void> ratchetSending(crypto::Rng& rng);
    crypto::Result<Step> decryptSkipped(const RatchetMessage& message, std::size_t position) const;
    crypto::Result<void> ratchetReceiving(const RatchetMessage& message, std::uint64_t nowMs,
                                          Step& step) const;
    crypto::Result<void> skipTo(std::uint32_t target, const BoxPublicKey& ratchetKey,
                                std::uint64_t nowMs, Step& step) const;
    crypto::Result<crypto::SecretBytes> open(const MessageKey& key,
                                             const RatchetMessage& message) const;

    SessionId m_id;
    Hash32 m_transcript;
    std::uint64_t m_createdMs = 0;
    bool m_confirmed = false;
    bool m_needRatchet = false;
    std::optional<InitBlock> m_init;
    RootKey m_root;
    crypto::BoxKeyPair m_own;
    std::optional<ChainKey> m_sending;
    std::uint32_t m_sent = 0;
    std::uint32_t m_previousSent = 0;
    std::optional<BoxPublicKey> m_peer;
    std::optional<ChainKey> m_receiving;
    std::uint32_t m_received = 0;
    std::vector<BoxPublicKey> m_past;
    std::vector<SkippedKey> m_skipped;
};

} // namespace impulse::e2ee
