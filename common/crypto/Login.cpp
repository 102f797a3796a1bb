#include "common/crypto/Login.h"

namespace impulse::crypto {

Signature signServerHello(const SignSecretKey& serverKey, const Hello& hello)
{
    return sign(serverKey, label::serverHello, hello.server, hello.tls, hello.clientNonce,
                hello.serverNonce);
}

Result<void> verifyServerHello(const Hello& hello, const Signature& signature)
{
    // The server's id is its public key.
    return verify(*SignPublicKey::from(hello.server), label::serverHello, signature, hello.server,
                  hello.tls, hello.clientNonce, hello.serverNonce);
}

Signature signDeviceLogin(const SignSecretKey& deviceKey, const Hello& hello, const UserId& user,
                          const DeviceId& device)
{
    return sign(deviceKey, label::authDevice, hello.server, hello.tls, hello.clientNonce,
                hello.serverNonce, user, device);
}

Result<void> verifyDeviceLogin(const SignPublicKey& deviceKey, const Hello& hello,
                               const UserId& user, const DeviceId& device,
                               const Signature& signature)
{
    return verify(deviceKey, label::authDevice, signature, hello.server, hello.tls,
                  hello.clientNonce, hello.serverNonce, user, device);
}

} // namespace impulse::crypto
