#include "client/core/account/AccountKeys.h"

#include "client/core/state/SecretBridge.h"

namespace impulse::client {

crypto::Device deviceOf(const LocalState& state)
{
    const auto& account = state.account;
    return {fromWire<crypto::SignSeed>(account.signSeed),
            fromWire<crypto::BoxSeed>(account.boxSeed), state.self(), account.identityKey,
            account.deviceCreatedMs};
}

crypto::Hello loginHello(const ServerConnection& connection)
{
    crypto::Hello hello;
    hello.server = connection.hello().serverId;
    hello.tls = *crypto::CertificateHash::from(connection.tls());
    hello.clientNonce = *crypto::HelloNonce::from(connection.clientNonce());
    hello.serverNonce = *crypto::HelloNonce::from(connection.hello().serverNonce);
    return hello;
}

protocol::DeviceLogin deviceLogin(const LocalState& state, const ServerConnection& connection)
{
    const auto device = deviceOf(state);
    protocol::DeviceLogin login;
    login.userId = state.self();
    login.deviceId = device.id();
    login.signature = crypto::signDeviceLogin(device.signPair().secretKey, loginHello(connection),
                                              login.userId, login.deviceId);
    return login;
}

crypto::Result<protocol::UploadPrekeys> makePrekeys(LocalState& state, bool replaceSigned,
                                                    bool replaceOneTime, std::size_t count)
{
    crypto::SystemRng rng;
    const auto device = deviceOf(state);
    auto& preKeys = state.sessions().changePrekeys();
    protocol::UploadPrekeys upload;
    upload.replaceAll = replaceOneTime;
    if (replaceSigned) {
        IMPULSE_TRY(const auto prekey, preKeys.rotateSigned(rng, device, state.nowMs()));
        upload.signedPrekey = crypto::writeSignedPrekey(prekey);
    }
    IMPULSE_TRY(const auto oneTime, preKeys.makeOneTime(rng, count, state.nowMs()));
    for (const auto& key : oneTime)
        upload.oneTimePrekeys.push_back(crypto::writeOneTimePrekey(key));
    return upload;
}

} // namespace impulse::client
