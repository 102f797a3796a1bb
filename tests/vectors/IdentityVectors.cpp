#include "common/crypto/Prekeys.h"
#include "tests/vectors/VectorHarness.h"

using namespace impulse;
using namespace impulse::crypto;
using namespace impulse::vectors;

namespace {

Out runRoot(const In& in)
{
    const auto root = in.value<RootSecret>("rs");
    const auto user = in.value<UserId>("user_id");
    const auto generation = in.integer<std::uint32_t>("gen");
    const AccountKey account(deriveAccountSeed(root, user, generation), generation);
    const auto archiveSeed = deriveArchiveSeed(root, user, generation);
    return Out()
        .bytes("uik_pk", UserIdentity(root, user).publicKey())
        .secret("ask_seed", account.seed())
        .bytes("ask_pk", account.publicKey())
        .secret("archive_seed", archiveSeed)
        .bytes("archive_pk", boxKeyPair(archiveSeed).publicKey);
}

struct Account {
    explicit Account(const In& in)
        : root(in.value<RootSecret>("rs")), user(in.value<UserId>("user_id")),
          generation(in.integer<std::uint32_t>("gen")), identity(root, user),
          key(deriveAccountSeed(root, user, generation), generation)
    {
    }
    RootSecret root;
    UserId user;
    std::uint32_t generation;
    UserIdentity identity;
    AccountKey key;

    Signature certificate() const
    {
        return identity.certifyAccountKey(generation, key.publicKey());
    }
};

Out runAskCert(const In& in)
{
    return Out().bytes("ask_sig", Account(in).certificate());
}

Out runArchiveCert(const In& in)
{
    const Account account(in);
    const auto archive =
        boxKeyPair(deriveArchiveSeed(account.root, account.user, account.generation)).publicKey;
    return Out()
        .bytes("archive_pk", archive)
        .bytes("archive_cert", account.identity.certifyArchiveKey(account.generation, archive));
}

Out runArchiveCertVerify(const In& in)
{
    unwrap(verifyArchiveCertificate(in.value<SignPublicKey>("uik_pk"), in.value<UserId>("user_id"),
                                    in.integer<std::uint32_t>("gen"),
                                    in.value<BoxPublicKey>("archive_pk"),
                                    in.value<Signature>("archive_cert")));
    return {};
}

Out runDevice(const In& in)
{
    const auto device = Device::create(in.rng(), in.value<UserId>("user_id"),
                                       in.value<SignPublicKey>("uik_pk"), in.number("created_ms"));
    return Out()
        .bytes("sign_pk", device.entry().signKey)
        .bytes("box_pk", device.entry().boxKey)
        .bytes("device_id", device.id())
        .bytes("self_sig", device.entry().selfSignature);
}

QJsonArray deviceIds(const DeviceList& list)
{
    QJsonArray result;
    for (const auto& device : list.devices)
        result.append(hexValue(deviceId(list.user, device)));
    return result;
}

Out runDeviceListMake(const In& in)
{
    const Account account(in);
    DeviceList list;
    list.user = account.user;
    list.identityKey = account.identity.publicKey();
    list.accountCertificate = account.certificate();
    list.version = in.number("version");
    list.previous = in.value<Hash32>("prev");
    list.createdMs = in.number("created_ms");
    for (const auto& device : in.objects("devices"))
        list.devices.push_back({device.value<SignPublicKey>("sign_pk"),
                                device.value<BoxPublicKey>("box_pk"), device.number("created_ms"),
                                device.value<Signature>("self_sig")});
    const auto bytes = unwrap(account.key.signDeviceList(list));
    return Out()
        .bytes("dl", bytes)
        .bytes("hash", deviceListHash(bytes))
        .json("device_ids_in_order", deviceIds(unwrap(parseDeviceList(bytes))));
}

Out runDeviceListVerify(const In& in)
{
    const auto bytes = in.bytes("dl");
    const auto list = unwrap(verifyDeviceList(in.value<UserId>("user_id"), bytes));
    return Out()
        .number("gen", list.generation)
        .number("version", list.version)
        .json("device_ids", deviceIds(list))
        .bytes("hash", deviceListHash(bytes));
}

Out runSpkMake(const In& in)
{
    const auto pair = signKeyPair(in.value<SignSeed>("sign_seed"));
    const auto own = makeSignedPrekey(in.rng(), pair.secretKey, in.value<UserId>("user_id"),
                                      in.value<DeviceId>("device_id"),
                                      in.integer<std::uint32_t>("id"), in.number("created_ms"));
    return Out().bytes("pk", own.publicPart.key).bytes("wire", writeSignedPrekey(own.publicPart));
}

Out runOpkMake(const In& in)
{
    const auto own = makeOneTimePrekey(in.rng(), in.integer<std::uint32_t>("id"));
    return Out().bytes("pk", own.publicPart.key).bytes("wire", writeOneTimePrekey(own.publicPart));
}

Out runSpkVerify(const In& in)
{
    const auto prekey = unwrap(parseSignedPrekey(in.bytes("wire")));
    unwrap(verifySignedPrekey(prekey, in.value<SignPublicKey>("sign_pk"),
                              in.value<UserId>("user_id"), in.value<DeviceId>("device_id")));
    return Out().number("id", prekey.id).bytes("pk", prekey.key);
}

const Topic identity("identity", {{"root", runRoot},
                                  {"ask_cert", runAskCert},
                                  {"archive_cert", runArchiveCert},
                                  {"archive_cert_verify", runArchiveCertVerify},
                                  {"device", runDevice},
                                  {"device_list_make", runDeviceListMake},
                                  {"device_list_verify", runDeviceListVerify}});
const Topic prekeys("prekeys", {{"spk_make", runSpkMake},
                                {"opk_make", runOpkMake},
                                {"spk_verify", runSpkVerify}});

} // namespace
