#pragma once

#include "common/crypto/Primitives.h"

/// The two signatures that open a connection (encryption.md 2.3).
namespace impulse::crypto {

using HelloNonce = Fixed<struct HelloNonceTag, 32>;
/// SHA-256 of the server's certificate in DER; zeros only where the pinned server record says so.
using CertificateHash = Fixed<struct CertificateHashTag, 32>;

/// What both sides of one connection know before anybody is logged in.
struct Hello {
    ServerId server;
    CertificateHash tls;
    HelloNonce clientNonce;
    /// Fresh for each connection, used once.
    HelloNonce serverNonce;
};

/// `server` of the hello is the public key of `serverKey`.
Signature signServerHello(const SignSecretKey& serverKey, const Hello& hello);
/// BadSignature. The caller has compared hello.server with the pin.
Result<void> verifyServerHello(const Hello& hello, const Signature& signature);

Signature signDeviceLogin(const SignSecretKey& deviceKey, const Hello& hello, const UserId& user,
                          const DeviceId& device);
/// BadSignature. `deviceKey` comes from the user's current device list.
Result<void> verifyDeviceLogin(const SignPublicKey& deviceKey, const Hello& hello,
                               const UserId& user, const DeviceId& device,
                               const Signature& signature);

} // namespace impulse::crypto
