#pragma once

#include "common/crypto/Codec.h"
#include "common/crypto/Primitives.h"
#include "common/protocol/Codec.h"

#include <string>

/// People as a server sees them: valid lists and prekeys, and envelopes whose inside is noise.
namespace impulse::tests {

inline constexpr std::uint64_t testTimeMs = 1'790'000'000'000;

/// One account with one device (encryption.md 1.2, 1.3).
class TestPerson {
public:
    explicit TestPerson(std::string name) : username(std::move(name))
    {
        crypto::SystemRng rng;
        userId = crypto::random<UserId>(rng);
        uik = crypto::signKeyPair(crypto::random<crypto::SignSeed>(rng));
        ask = crypto::signKeyPair(crypto::random<crypto::SignSeed>(rng));
        sign = crypto::signKeyPair(crypto::random<crypto::SignSeed>(rng));
        box = crypto::boxKeyPair(rng);
        deviceId = crypto::hash16<DeviceId>(crypto::label::deviceId, userId, sign.publicKey,
                                            box.publicKey);
        auth = crypto::random<Hash32>(rng);
        recoveryAuth = crypto::random<Hash32>(rng);
    }

    Bytes deviceList(std::uint64_t version = 1, const Hash32& previous = {}) const
    {
        using crypto::be32;
        using crypto::be64;
        const auto askSignature =
            crypto::sign(uik.secretKey, crypto::label::askCert, userId, be32(1), ask.publicKey);
        const auto selfSignature =
            crypto::sign(sign.secretKey, crypto::label::deviceSelf, userId, uik.publicKey,
                         sign.publicKey, box.publicKey, be64(testTimeMs));
        crypto::Writer writer;
        writer.u8(1).raw(userId).u32(1).raw(uik.publicKey).raw(ask.publicKey).raw(askSignature);
        writer.u64(version).raw(previous).u64(testTimeMs).u8(1);
        writer.raw(sign.publicKey).raw(box.publicKey).u64(testTimeMs).raw(selfSignature);
        const auto signature =
            crypto::sign(ask.secretKey, crypto::label::deviceList, writer.buffer());
        return writer.raw(signature).take();
    }

    Bytes signedPrekey(std::uint32_t id = 1) const
    {
        using crypto::be32;
        using crypto::be64;
        crypto::SystemRng rng;
        const auto pair = crypto::boxKeyPair(rng);
        const auto signature = crypto::sign(sign.secretKey, crypto::label::signedPrekey, userId,
                                            deviceId, be32(id), pair.publicKey, be64(testTimeMs));
        crypto::Writer writer;
        return writer.u32(id).raw(pair.publicKey).u64(testTimeMs).raw(signature).take();
    }

    std::vector<Bytes> oneTimePrekeys(std::uint32_t first, std::uint32_t count) const
    {
        crypto::SystemRng rng;
        std::vector<Bytes> result;
        for (std::uint32_t id = first; id < first + count; ++id) {
            crypto::Writer writer;
            result.push_back(writer.u32(id).raw(crypto::boxKeyPair(rng).publicKey).take());
        }
        return result;
    }

    protocol::Register registration() const
    {
        protocol::Register request;
        request.username = username;
        request.userId = userId;
        request.password = {protocol::Salt{}, 3, 256u << 20};
        request.auth = protocol::WireSecret(auth);
        request.deviceList = deviceList();
        request.signedPrekey = signedPrekey();
        request.oneTimePrekeys = oneTimePrekeys(1, 10);
        request.rootSlot = Bytes(104, 3);
        request.recoveryAuth = protocol::WireSecret(recoveryAuth);
        request.profile = Bytes(328, 4);
        request.profile.front() = 1;
        return request;
    }

    protocol::DeviceLogin login(const protocol::HelloResult& hello, const protocol::Nonce& nonce,
                                const Hash32& certificateHash = {}) const
    {
        return {userId, deviceId,
                crypto::sign(sign.secretKey, crypto::label::authDevice, hello.serverId,
                             certificateHash, nonce, hello.serverNonce, userId, deviceId)};
    }

    ConversationId conversationWith(const TestPerson& peer) const
    {
        const bool first = userId < peer.userId;
        return crypto::hash<ConversationId>(crypto::label::dmId, first ? userId : peer.userId,
                                            first ? peer.userId : userId);
    }

    Bytes aad(const TestPerson& peer, std::uint64_t senderSeq, const MessageId& id,
              std::uint8_t kind = 1, std::uint8_t flags = 0) const
    {
        crypto::Writer writer;
        writer.u8(1).u8(kind).u8(flags).raw(conversationWith(peer)).raw(id).raw(userId);
        return writer.raw(deviceId).raw(peer.userId).u64(testTimeMs).u64(senderSeq).take();
    }

    /// `roster`: 2 for two people with one list each.
    protocol::SendEvent event(const TestPerson& peer, std::uint64_t senderSeq, const MessageId& id,
                              std::uint64_t roster = 2) const
    {
        protocol::SendEvent request;
        request.aad = aad(peer, senderSeq, id);
        request.body = Bytes(328, 5);
        request.wraps = {{peer.deviceId, Bytes(235, 6)}};
        request.roster = roster;
        return request;
    }

    static MessageId randomMessageId()
    {
        crypto::SystemRng rng;
        return crypto::random<MessageId>(rng);
    }

    std::string username;
    UserId userId;
    DeviceId deviceId;
    crypto::SignKeyPair uik;
    crypto::SignKeyPair ask;
    crypto::SignKeyPair sign;
    crypto::BoxKeyPair box;
    Hash32 auth;
    Hash32 recoveryAuth;
};

} // namespace impulse::tests
