#pragma once

#include "client/e2ee/RatchetMessage.h"
#include "common/crypto/Prekeys.h"
#include "common/crypto/Primitives.h"

/// The agreement of two devices on a first key (encryption.md 3.1). Pure functions.
namespace impulse::e2ee {

using RootKey = crypto::Secret<struct RootKeyTag, 32>;

/// A peer is always taken from a verified device list, never from a message.
using crypto::Party;

/// The device that this client is, with the key that its sessions need.
struct OwnDevice {
    Party party;
    crypto::BoxSecretKey boxSecret;

    static OwnDevice of(const crypto::Device& device);
};

/// Prekeys of a peer as the server hands them out, parsed but not yet checked.
struct PrekeyBundle {
    crypto::SignedPrekey signedPrekey;
    std::optional<crypto::OneTimePrekey> oneTimePrekey;
};

struct Agreement {
    Hash32 transcript;
    SessionId session;
    RootKey root;
    /// The single results, for the known-answer tests; wiped with the rest. dh4 is absent without
    /// a one-time prekey.
    crypto::SharedSecret dh1;
    crypto::SharedSecret dh2;
    crypto::SharedSecret dh3;
    std::optional<crypto::SharedSecret> dh4;
};

struct InitiatorAgreement {
    Agreement agreement;
    InitBlock init;
};

/// Draws 32 bytes. Errors: Internal (the peer is this device), Malformed (prekey id 0),
/// BadSignature, BadKey.
crypto::Result<InitiatorAgreement> agreeAsInitiator(crypto::Rng& rng, const OwnDevice& self,
                                                    const Party& peer, const PrekeyBundle& bundle);

/// `oneTime` is null if the message names none. Errors: BadKey.
crypto::Result<Agreement> agreeAsResponder(const OwnDevice& self, const Party& peer,
                                           const InitBlock& init,
                                           const crypto::BoxKeyPair& signedPrekey,
                                           const crypto::BoxKeyPair* oneTime);

/// The transcript alone, which the responder compares before any key agreement.
Hash32 agreementTranscript(const Party& initiator, const Party& responder, const InitBlock& init,
                           const BoxPublicKey& signedPrekey, const BoxPublicKey* oneTime);

SessionId sessionIdOf(const Hash32& transcript);

} // namespace impulse::e2ee
