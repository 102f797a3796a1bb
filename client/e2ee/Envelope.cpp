#include "client/e2ee/Envelope.h"

#include "common/core/Limits.h"
#include "common/crypto/Codec.h"
#include "common/crypto/Primitives.h"

#include <algorithm>
#include <tuple>

namespace impulse::e2ee {
namespace {

using crypto::CryptoError;
using crypto::EventKind;

constexpr std::uint8_t wrapVersion = 1;

Hash32 hashBody(View aad, View body)
{
    return crypto::hash(crypto::label::bodyHash, aad, body);
}

crypto::Result<Bytes> wrapFor(crypto::Rng& rng, SessionStore& sessions,
                              const crypto::VerifiedPeer& recipient,
                              const crypto::DirectoryHead& directory, const BodyKey& bodyKey,
                              const Hash32& bodyHash)
{
    crypto::SecretWriter writer;
    writer.u8(wrapVersion).secret(bodyKey).raw(bodyHash);
    writer.u64(directory.seq).raw(directory.head);
    return sessions.wrap(rng, recipient, writer.take());
}

crypto::Result<WrapPlain> parseWrap(const crypto::SecretBytes& plaintext)
{
    crypto::Reader reader(plaintext);
    const auto version = reader.u8();
    if (reader.failed())
        return Failure{CryptoError::Malformed};
    if (version != wrapVersion)
        return Failure{CryptoError::UnsupportedVersion};
    WrapPlain wrap;
    wrap.bodyKey = reader.secret<BodyKey>();
    wrap.bodyHash = reader.fixed<Hash32>();
    wrap.directory.seq = reader.u64();
    wrap.directory.head = reader.fixed<Hash32>();
    IMPULSE_CHECK(reader.finish());
    return wrap;
}

/// Ascending by user and device id, as the wraps are drawn and sent.
std::vector<crypto::VerifiedPeer> inWireOrder(std::span<const crypto::VerifiedPeer> recipients)
{
    std::vector<crypto::VerifiedPeer> ordered(recipients.begin(), recipients.end());
    std::ranges::sort(ordered, {}, [](const crypto::VerifiedPeer& peer) {
        return std::tie(peer.user(), peer.device());
    });
    return ordered;
}

crypto::Result<void> checkRecipients(const SessionStore& sessions,
                                     const std::vector<crypto::VerifiedPeer>& ordered)
{
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        const bool twice = i > 0 && ordered[i].device() == ordered[i - 1].device();
        if (twice || ordered[i].device() == sessions.self().party.device)
            return Failure{CryptoError::Internal};
        if (!sessions.canWrap(ordered[i]))
            return Failure{CryptoError::UnknownSession};
    }
    return {};
}

bool isOnlyFromOwnDevices(const ContentHeader& header)
{
    return header.is(ContentType::OwnSync) || header.is(ContentType::RootUpdate) ||
           header.is(ContentType::Forwarded);
}

/// Key 32 of a history names its group; without it the history is an own device's.
constexpr std::uint64_t historyGroupKey = 32;

crypto::Result<void> checkContent(const crypto::Aad& aad, const Sender& sender,
                                  const ContentHeader& header, const UserId& me)
{
    if (aad.isTransient() != header.is(ContentType::Typing))
        return Failure{CryptoError::Malformed};
    const bool ownHistory = header.is(ContentType::History) &&
                            std::ranges::find(header.keys, historyGroupKey) == header.keys.end();
    if ((isOnlyFromOwnDevices(header) || ownHistory) && aad.senderUser != me)
        return Failure{CryptoError::NotAuthorized};
    // A device that has left its list may finish what it began, but gives no more orders.
    const bool obeyed = header.is(ContentType::SenderKey) || header.is(ContentType::Receipt);
    if (sender.standing != Sender::Standing::Current && aad.kind == EventKind::Control && !obeyed)
        return Failure{CryptoError::NotAuthorized};
    return {};
}

} // namespace

crypto::Result<Envelope> sealEnvelope(crypto::Rng& rng, SessionStore& sessions,
                                      const crypto::DirectoryHead& directory,
                                      const crypto::Aad& fields, View content,
                                      std::span<const crypto::VerifiedPeer> recipients)
{
    if (content.size() > limits::content)
        return Failure{CryptoError::LimitExceeded};
    const auto ordered = inWireOrder(recipients);
    IMPULSE_CHECK(checkRecipients(sessions, ordered));
    Envelope envelope;
    IMPULSE_TRY(envelope.aad, crypto::writeAad(fields));
    envelope.bodyKey = crypto::random<BodyKey>(rng);
    envelope.body = crypto::seal(rng, envelope.bodyKey, crypto::label::body,
                                 crypto::Ad{envelope.aad}, crypto::pad(content));
    envelope.bodyHash = hashBody(envelope.aad, envelope.body);
    for (const auto& recipient : ordered) {
        IMPULSE_TRY(auto message, wrapFor(rng, sessions, recipient, directory, envelope.bodyKey,
                                          envelope.bodyHash));
        envelope.wraps.push_back({recipient.device(), std::move(message)});
    }
    return envelope;
}

crypto::Result<Bytes> rewrap(crypto::Rng& rng, SessionStore& sessions,
                             const crypto::DirectoryHead& directory, const BodyKey& bodyKey,
                             const Hash32& bodyHash, const crypto::VerifiedPeer& recipient)
{
    return wrapFor(rng, sessions, recipient, directory, bodyKey, bodyHash);
}

crypto::Result<Bytes> openBody(const BodyKey& key, const Hash32& bodyHash, View aad, View body)
{
    if (hashBody(aad, body) != bodyHash)
        return Failure{CryptoError::AuthFailed};
    IMPULSE_TRY(const auto padded, crypto::open(key, crypto::label::body, crypto::Ad{aad}, body));
    return crypto::unpad(padded);
}

crypto::Result<Opened> openEnvelope(const SessionStore& sessions,
                                    const crypto::Directory& directory,
                                    const EnvelopeContext& context, View aad, View body, View wrap,
                                    std::uint64_t nowMs)
{
    IMPULSE_TRY(const auto fields, crypto::parseAad(aad));
    const auto& self = sessions.self().party;
    // A wrap of a group message is only the answer to a request, which direct chats never make.
    if (fields.kind == EventKind::Group)
        return Failure{CryptoError::NotAuthorized};
    const auto sender = context.sender(fields.senderUser, fields.senderDevice);
    if (!sender || fields.senderDevice == self.device)
        return Failure{CryptoError::UntrustedIdentity};
    if (!fields.peerUser.isZero() && fields.senderUser != self.user && fields.peerUser != self.user)
        return Failure{CryptoError::NotAuthorized};
    IMPULSE_TRY(auto unwrapped, sessions.unwrap(sender->peer, wrap, nowMs));
    IMPULSE_TRY(auto plain, parseWrap(unwrapped.plaintext));
    IMPULSE_TRY(auto content, openBody(plain.bodyKey, plain.bodyHash, aad, body));
    IMPULSE_TRY(auto header, decodeHeader(fields.kind, content));
    IMPULSE_CHECK(checkContent(fields, *sender, header, self.user));
    const auto gossip = directory.compare(plain.directory);
    if (context.wasSeen(fields.senderDevice, fields.message))
        return Failure{CryptoError::Duplicate};
    return Opened{fields,
                  *sender,
                  std::move(header),
                  std::move(content),
                  std::move(plain.bodyKey),
                  plain.bodyHash,
                  unwrapped.session,
                  unwrapped.isNew,
                  gossip,
                  plain.directory,
                  std::move(unwrapped.changes)};
}

bool canHeal(CryptoError error)
{
    return error == CryptoError::Duplicate || error == CryptoError::UnknownSession ||
           error == CryptoError::AuthFailed || error == CryptoError::MissingPreKey ||
           error == CryptoError::TooManySkipped;
}

crypto::Result<void> accept(SessionStore& sessions, Opened& opened)
{
    IMPULSE_CHECK(sessions.commit(std::move(opened.changes)));
    sessions.touch(opened.sender.peer, opened.session, opened.aad.sentMs);
    if (opened.header.is(ContentType::SessionRefresh) ||
        opened.header.is(ContentType::ResendRequest))
        sessions.forceActive(opened.sender.peer, opened.session);
    return {};
}

} // namespace impulse::e2ee
