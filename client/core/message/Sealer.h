#pragma once

#include "client/core/sync/DirectoryKeeper.h"

namespace impulse::client {

/// Who an envelope is for.
struct Audience {
    std::vector<crypto::VerifiedPeer> recipients;
    /// Devices for which no keys could be had.
    std::vector<DeviceId> unwrapped;
    std::uint64_t roster = 0;
};

/// Brings verified devices and sessions together, so that something can be sealed for a person
/// (encryption.md 3.3, 4.2). Main thread.
class Sealer : public QObject {
    Q_OBJECT
public:
    Sealer(LocalState& state, ServerSession& session, DirectoryKeeper& directory,
           QObject* parent = nullptr);

    /// Every device of a person and every other own device, or `only` some of them, each with a
    /// session started where none was. IdentityChanged if the person's identity is not accepted.
    Task<Result<Audience, ClientError>> audience(UserId peer, bool withOwn,
                                                 std::vector<DeviceId> only);

    /// A session with a device by a freshly fetched bundle. False if none can be had.
    Task<Result<bool, ClientError>> startSession(crypto::VerifiedPeer device,
                                                 e2ee::StartReason reason);

    /// Fields of an AAD from this device; seq 0 for control and transient envelopes.
    crypto::Aad fields(crypto::EventKind kind, const UserId& peer, const MessageId& id,
                       std::uint64_t seq, bool transient = false);
    crypto::Result<e2ee::Envelope> seal(const crypto::Aad& fields, View content,
                                        const Audience& audience);
    /// One sealing at a time: take this before audience(), keep it until the envelope is staged.
    Turn& turn() { return m_turn; }

    /// A random message id.
    static MessageId newId();

private:
    LocalState& m_state;
    ServerSession& m_session;
    DirectoryKeeper& m_directory;
    Turn m_turn;
};

std::vector<protocol::Wrap> wrapsOf(const e2ee::Envelope& envelope);

} // namespace impulse::client
