#include "common/crypto/Login.h"
#include "common/crypto/Password.h"
#include "tests/vectors/VectorHarness.h"

using namespace impulse;
using namespace impulse::crypto;
using namespace impulse::vectors;

namespace {

Out runDerive(const In& in)
{
    const Argon2Params params{in.number("ops"), in.number("mem")};
    // The room takes NFC; whoever has the text as Unicode normalises it.
    const auto password = QString::fromStdString(in.text("password"))
                              .normalized(QString::NormalizationForm_C)
                              .toStdString();
    const auto username = in.text("username");
    const auto server = in.value<ServerId>("server_id");
    if (!in.flag("allow_weak"))
        unwrap(checkParams(params));
    const auto serverSalt = in.value<ServerSalt>("server_salt");
    const auto salt = unwrap(passwordSalt(server, username, serverSalt));
    // Cheap parameters are refused by derivePassword itself; its steps take any.
    const auto stretched = unwrap(stretch<StretchedPassword>(password, salt, params));
    const auto keys = splitPassword(stretched);
    if (!in.flag("allow_weak")) {
        const auto whole = unwrap(derivePassword(password, username, server, serverSalt, params));
        if (!(whole.auth == keys.auth) || !(whole.wrap == keys.wrap))
            throw Mismatch("derivePassword differs from its steps");
    }
    return Out()
        .bytes("salt", salt)
        .secret("stretched", stretched)
        .secret("auth", keys.auth)
        .secret("wrap", keys.wrap);
}

Out runVerifier(const In& in)
{
    return Out().bytes("verifier",
                       makeVerifier(in.value<Pepper>("pepper"), in.value<VerifierSalt>("vsalt"),
                                    in.value<AuthSecret>("secret")));
}

Out runFakeSalt(const In& in)
{
    return Out().bytes("salt",
                       fakeServerSalt(in.value<FakeSaltKey>("server_secret"), in.text("username")));
}

Hello hello(const In& in, const ServerId& server)
{
    return {server, in.value<CertificateHash>("tls"), in.value<HelloNonce>("cn"),
            in.value<HelloNonce>("sn")};
}

Out runServerHello(const In& in)
{
    const auto pair = signKeyPair(in.value<SignSeed>("server_seed"));
    const auto server = *ServerId::from(pair.publicKey);
    return Out()
        .bytes("server_id", server)
        .bytes("sig", signServerHello(pair.secretKey, hello(in, server)));
}

Out runServerHelloVerify(const In& in)
{
    unwrap(
        verifyServerHello(hello(in, in.value<ServerId>("server_id")), in.value<Signature>("sig")));
    return {};
}

Out runDeviceAuth(const In& in)
{
    const auto pair = signKeyPair(in.value<SignSeed>("sign_seed"));
    return Out().bytes(
        "sig", signDeviceLogin(pair.secretKey, hello(in, in.value<ServerId>("server_id")),
                               in.value<UserId>("user_id"), in.value<DeviceId>("device_id")));
}

Out runDeviceAuthVerify(const In& in)
{
    unwrap(verifyDeviceLogin(
        in.value<SignPublicKey>("sign_pk"), hello(in, in.value<ServerId>("server_id")),
        in.value<UserId>("user_id"), in.value<DeviceId>("device_id"), in.value<Signature>("sig")));
    return {};
}

const Topic password("password", {{"derive", runDerive},
                                  {"verifier", runVerifier},
                                  {"fake_salt", runFakeSalt}});
const Topic auth("auth", {{"server_hello", runServerHello},
                          {"server_hello_verify", runServerHelloVerify},
                          {"device_auth", runDeviceAuth},
                          {"device_auth_verify", runDeviceAuthVerify}});

} // namespace
