#pragma once

#include "client/e2ee/X3dh.h"

#include <map>
#include <set>
#include <vector>

namespace impulse::e2ee {

namespace prekeyLimits {
inline constexpr std::uint64_t dayMs = 24ull * 3600 * 1000;
/// A signed prekey is replaced after this time (encryption.md section 1) …
inline constexpr std::uint64_t rotationMs = 7 * dayMs;
/// … and its secret deleted this long after the replacement, with its replay set (1.4).
inline constexpr std::uint64_t replacedLifetimeMs = 30 * dayMs;
/// Secrets of one-time prekeys that nobody used.
inline constexpr std::uint64_t oneTimeLifetimeMs = 90 * dayMs;
inline constexpr std::size_t batch = 100;
inline constexpr std::size_t refillBelow = 50;
/// Ids that the server names and that lie further above one's own are lies (1.3).
inline constexpr std::uint64_t believableLead = 1'000'000;
} // namespace prekeyLimits

/// What to upload after the server has told which prekeys it holds.
struct PrekeyPlan {
    bool replaceSigned = false;
    /// All one-time prekeys at the server are to be dropped before the new ones are added.
    bool replaceOneTime = false;
    std::size_t newOneTime = 0;

    bool isEmpty() const { return !replaceSigned && newOneTime == 0; }
};

/// The secrets of this device's prekeys, with the sets against replayed init messages
/// (encryption.md 1.3, 1.4, 3.4). Owned by SessionStore, used on its thread.
class PrekeyStore {
public:
    /// Makes the next signed prekey, to be published. The one before counts as replaced.
    /// Draws: 32. Errors: LimitExceeded (ids are used up).
    crypto::Result<crypto::SignedPrekey>
    rotateSigned(crypto::Rng& rng, const crypto::Device& device, std::uint64_t nowMs);

    /// Makes one-time prekeys. Draws: 32 each. Errors: LimitExceeded.
    crypto::Result<std::vector<crypto::OneTimePrekey>>
    makeOneTime(crypto::Rng& rng, std::size_t count, std::uint64_t nowMs);

    /// True if there is no signed prekey yet or the newest is older than prekeyLimits::rotationMs.
    bool rotationDue(std::uint64_t nowMs) const;

    /// Compares the server's prekeys (0: it has no signed one) with the secrets held here and moves
    /// the next ids above both sides'. Called at every login.
    PrekeyPlan plan(std::uint32_t serverSignedId,
                    const std::vector<std::uint32_t>& serverOneTimeIds, std::uint64_t nowMs);

    /// Puts in a key pair that was made elsewhere (registration, tests).
    void addSigned(std::uint32_t id, crypto::BoxKeyPair pair, std::uint64_t createdMs);
    void addOneTime(std::uint32_t id, crypto::BoxKeyPair pair, std::uint64_t createdMs);

    /// Null if there is no such secret (any more).
    const crypto::BoxKeyPair* signedSecret(std::uint32_t id) const;
    const crypto::BoxKeyPair* oneTimeSecret(std::uint32_t id) const;
    /// True if an init message of this session was accepted on this signed prekey before.
    bool wasUsed(std::uint32_t signedId, const SessionId& session) const;
    std::vector<std::uint32_t> oneTimeIds() const;

    /// After an init message was accepted: deletes the one-time secret (0: none), notes the
    /// session.
    void markUsed(std::uint32_t signedId, std::uint32_t oneTimeId, const SessionId& session);

    void removeSigned(std::uint32_t id);
    /// Deletes secrets past their lifetime. Only after the backlog has been read to its end.
    /// True if anything was deleted.
    bool expire(std::uint64_t nowMs);

    /// Version 1 of the stored form, for sealing by the caller.
    crypto::SecretBytes save() const;
    /// Replaces everything. Errors: Malformed, UnsupportedVersion; then nothing has changed.
    crypto::Result<void> load(const crypto::SecretBytes& saved);

private:
    struct Signed {
        crypto::BoxKeyPair pair;
        std::uint64_t createdMs = 0;
        /// 0 while it is the newest.
        std::uint64_t replacedMs = 0;
        std::set<SessionId> used;
    };
    struct OneTime {
        crypto::BoxKeyPair pair;
        std::uint64_t createdMs = 0;
    };

    std::map<std::uint32_t, Signed> m_signed;
    std::map<std::uint32_t, OneTime> m_oneTime;
    std::uint32_t m_nextSigned = 1;
    std::uint32_t m_nextOneTime = 1;
};

} // namespace impulse::e2ee
