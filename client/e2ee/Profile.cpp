#include "client/e2ee/Profile.h"

#include "common/core/Cbor.h"
#include "common/core/Limits.h"
#include "common/crypto/Codec.h"
#include "common/crypto/Primitives.h"
#include "common/crypto/ProfileHead.h"

#include <array>

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;

constexpr std::uint64_t keyName = 1;
constexpr std::uint64_t keyStatus = 2;
constexpr std::uint64_t keyAvatar = 3;
constexpr std::uint64_t keyAbout = 4;

Bytes associatedData(const UserId& user, std::uint32_t version)
{
    const std::array<std::uint8_t, 1> format{crypto::profileFormat};
    return crypto::enc(crypto::label::profileAd, user, format, crypto::be32(version));
}

} // namespace

crypto::Result<Bytes> writeProfile(const Profile& profile)
{
    for (const auto* field : {&profile.name, &profile.status, &profile.about}) {
        if (!cbor::isUtf8(*field))
            return Failure{CryptoError::Malformed};
    }
    if (profile.name.size() > profileLimits::name ||
        profile.status.size() > profileLimits::status ||
        profile.about.size() > profileLimits::about)
        return Failure{CryptoError::LimitExceeded};
    const std::size_t count = (profile.name.empty() ? 0u : 1u) +
                              (profile.status.empty() ? 0u : 1u) + (profile.avatar ? 1u : 0u) +
                              (profile.about.empty() ? 0u : 1u);
    cbor::Writer writer;
    writer.writeMap(count);
    const auto text = [&](std::uint64_t key, const std::string& value) {
        if (value.empty())
            return;
        writer.writeUnsigned(key);
        writer.writeText(value);
    };
    text(keyName, profile.name);
    text(keyStatus, profile.status);
    if (profile.avatar) {
        writer.writeUnsigned(keyAvatar);
        writer.writeItem(*profile.avatar);
    }
    text(keyAbout, profile.about);
    if (!cbor::isWellFormed(writer.bytes()))
        return Failure{CryptoError::Malformed};
    return writer.take();
}

crypto::Result<Profile> parseProfile(View content)
{
    if (!cbor::isWellFormed(content))
        return Failure{CryptoError::Malformed};
    cbor::Reader reader(content);
    const auto count = reader.readMap();
    Profile profile;
    const auto text = [&](std::size_t max) {
        return cutText(std::string(reader.readText().value_or("")), max);
    };
    for (std::size_t i = 0; i < count.value_or(0) && !reader.failed(); ++i) {
        const auto key = reader.readUnsigned();
        if (key == keyName)
            profile.name = text(profileLimits::name);
        else if (key == keyStatus)
            profile.status = text(profileLimits::status);
        else if (key == keyAbout)
            profile.about = text(profileLimits::about);
        else if (key == keyAvatar && reader.peek() == cbor::Type::Map)
            profile.avatar = toBytes(reader.skip().value_or(View{}));
        else if (key)
            reader.skip();
    }
    if (!count || reader.failed())
        return Failure{CryptoError::Malformed};
    return profile;
}

crypto::Result<Bytes> sealProfile(crypto::Rng& rng, const ProfileKey& key, const UserId& user,
                                  std::uint32_t version, View content)
{
    if (content.size() > limits::content)
        return Failure{CryptoError::LimitExceeded};
    const auto sealed =
        crypto::seal(rng, key, crypto::label::profile, crypto::Ad{associatedData(user, version)},
                     crypto::pad(content));
    crypto::Writer writer;
    writer.u8(crypto::profileFormat);
    writer.u32(version);
    writer.raw(sealed);
    return writer.take();
}

crypto::Result<OpenedProfile> openProfile(const ProfileKey& key, const UserId& user, View blob,
                                          std::uint32_t lastVersion)
{
    OpenedProfile profile;
    IMPULSE_TRY(profile.version, crypto::profileVersion(blob));
    IMPULSE_TRY(const auto padded, crypto::open(key, crypto::label::profile,
                                                crypto::Ad{associatedData(user, profile.version)},
                                                blob.subspan(crypto::profileHeadSize)));
    IMPULSE_TRY(profile.content, crypto::unpad(padded));
    if (profile.version < lastVersion)
        return Failure{CryptoError::StaleList};
    return profile;
}

} // namespace impulse::e2ee
