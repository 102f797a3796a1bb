#pragma once

#include "client/e2ee/SessionStore.h"
#include "client/e2ee/content/Content.h"
#include "common/crypto/DeviceLists.h"
#include "common/crypto/Layouts.h"

#include <span>
#include <vector>

/// Events sealed to devices, and opened again (encryption.md section 4).
namespace impulse::e2ee {

/// What every wrap carries.
struct WrapPlain {
    static constexpr std::size_t wireSize = 1 + 32 + 32 + 8 + 32;

    BodyKey bodyKey;
    Hash32 bodyHash;
    crypto::DirectoryHead directory;
};

struct Wrap {
    DeviceId device;
    Bytes message;
};

/// One event as it goes into a frame. The body key and hash go into the message row: a resend and
/// the archive need them.
struct Envelope {
    Bytes aad;
    Bytes body;
    /// Ascending by user and device id.
    std::vector<Wrap> wraps;
    BodyKey bodyKey;
    Hash32 bodyHash;
};

/// Who a frame comes from, by the device lists.
struct Sender {
    enum class Standing {
        /// In the latest verified list of its user.
        Current,
        /// Has left the list, but the server held the frame when this client learnt of that.
        Removed,
        /// The same, and it left by a lock-out: shown as lost or stolen.
        LockedOut,
    };

    crypto::VerifiedPeer peer;
    Standing standing = Standing::Current;
};

/// What openEnvelope() asks about the world. Answers must not change while it runs.
class EnvelopeContext {
public:
    virtual ~EnvelopeContext() = default;

    /// Nothing if no verified list of the user holds the device, or the frame came after this
    /// client had learnt of its removal (encryption.md 4.4). The caller has synced the directory
    /// once before it gives up.
    virtual std::optional<Sender> sender(const UserId& user, const DeviceId& device) const = 0;

    /// True if an event of this id was stored before. Remembered for ever with the message row.
    virtual bool wasSeen(const DeviceId& sender, const MessageId& id) const = 0;
};

struct Opened {
    crypto::Aad aad;
    Sender sender;
    ContentHeader header;
    Bytes content;
    BodyKey bodyKey;
    Hash32 bodyHash;
    SessionId session;
    bool isNewSession = false;
    /// What the sender's view of the directory says; Fork is an alarm but never hides the message.
    crypto::Gossip gossip = crypto::Gossip::Ok;
    crypto::DirectoryHead senderDirectory;
    SessionStore::Changes changes;
};

/// Encrypts `content` once and wraps its key for each recipient. All recipients need a session:
/// devices without a usable bundle are left out by the caller and named in the frame. Draws: 32,
/// 24, then those of each wrap. Errors: LimitExceeded (content above limits::content), Malformed
/// (fields that no reader accepts), UnknownSession (a recipient without a session), Internal (this
/// device, or twice the same one, among the recipients). Nothing has changed after an error.
crypto::Result<Envelope> sealEnvelope(crypto::Rng& rng, SessionStore& sessions,
                                      const crypto::DirectoryHead& directory,
                                      const crypto::Aad& fields, View content,
                                      std::span<const crypto::VerifiedPeer> recipients);

/// A new wrap of an event that was sent before, for one of its addressees (encryption.md 3.5; who
/// may get one is the caller's rule). Errors: those of SessionStore::wrap.
crypto::Result<Bytes> rewrap(crypto::Rng& rng, SessionStore& sessions,
                             const crypto::DirectoryHead& directory, const BodyKey& bodyKey,
                             const Hash32& bodyHash, const crypto::VerifiedPeer& recipient);

/// Checks and decrypts an event in the order of encryption.md 4.4. Nothing changes: call accept()
/// in the transaction that stores the result. Errors as there.
crypto::Result<Opened> openEnvelope(const SessionStore& sessions,
                                    const crypto::Directory& directory,
                                    const EnvelopeContext& context, View aad, View body, View wrap,
                                    std::uint64_t nowMs);

/// True for errors of openEnvelope() that a resend can mend, if the event is not known here
/// (encryption.md 3.5). After all others the event is recorded as refused.
bool canHeal(crypto::CryptoError error);

/// Commits the session step and activates the session (encryption.md 3.3). Errors: those of
/// SessionStore::commit.
crypto::Result<void> accept(SessionStore& sessions, Opened& opened);

/// Opens a body whose key is known: a forwarded event, or one of the archive. `bodyHash` must be
/// that of (aad, body). Errors: AuthFailed, Malformed, BadPadding.
crypto::Result<Bytes> openBody(const BodyKey& key, const Hash32& bodyHash, View aad, View body);

} // namespace impulse::e2ee
