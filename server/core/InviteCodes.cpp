#include "server/core/InviteCodes.h"

#include <QByteArray>
#include <QCryptographicHash>

namespace impulse::server {

std::string newInviteCode(crypto::Rng& rng)
{
    std::array<char, 16> bytes{};
    rng.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    const auto encoded =
        QByteArray::fromRawData(bytes.data(), bytes.size())
            .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
    return encoded.toStdString();
}

InviteHash inviteHash(std::string_view code)
{
    const auto bytes = QByteArray::fromRawData(code.data(), static_cast<qsizetype>(code.size()));
    const auto hash = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256);
    return InviteHash::from(view(std::string_view(hash.constData(), InviteHash::size())))
        .value_or(InviteHash{});
}

ResetHash resetHash(std::string_view code)
{
    return ResetHash::from(inviteHash(code).view()).value_or(ResetHash{});
}

} // namespace impulse::server
