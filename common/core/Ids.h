#pragma once

#include "common/core/Bytes.h"

/// Identifiers and public keys, by their sizes in encryption.md 0.7 and section 1.
namespace impulse {

/// Random, made by the client at registration, never used again for another person.
using UserId = Fixed<struct UserIdTag, 16>;
/// Hash of the user id and both public keys of the device.
using DeviceId = Fixed<struct DeviceIdTag, 16>;
/// Random id of one event.
using MessageId = Fixed<struct MessageIdTag, 16>;
/// Direct chat: hash of both user ids. Group: the group id.
using ConversationId = Fixed<struct ConversationIdTag, 32>;
using SessionId = Fixed<struct SessionIdTag, 16>;
/// The server's Ed25519 public key.
using ServerId = Fixed<struct ServerIdTag, 32>;
/// Names one life of a server database; renewed by the operator's restore command.
using IncarnationId = Fixed<struct IncarnationIdTag, 16>;

using SignPublicKey = Fixed<struct SignPublicKeyTag, 32>;
using BoxPublicKey = Fixed<struct BoxPublicKeyTag, 32>;
using Signature = Fixed<struct SignatureTag, 64>;
using Hash32 = Fixed<struct Hash32Tag, 32>;

} // namespace impulse
