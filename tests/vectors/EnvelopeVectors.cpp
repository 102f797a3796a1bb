#include "client/e2ee/Envelope.h"
#include "tests/vectors/ScriptDevice.h"

#include <set>

using namespace impulse;
using namespace impulse::e2ee;
using namespace impulse::vectors;

namespace {

crypto::Aad fieldsOf(const In& in)
{
    crypto::Aad aad;
    aad.kind = static_cast<crypto::EventKind>(in.number("kind"));
    aad.flags = in.integer<std::uint8_t>("flags");
    aad.conversation = in.value<ConversationId>("conv_id");
    aad.message = in.value<MessageId>("msg_id");
    aad.senderUser = in.value<UserId>("sender_user");
    aad.senderDevice = in.value<DeviceId>("sender_device");
    aad.peerUser = in.value<UserId>("peer_user");
    aad.sentMs = in.number("sent_ms");
    aad.seq = in.number("seq");
    return aad;
}

const char* gossipName(crypto::Gossip gossip)
{
    switch (gossip) {
    case crypto::Gossip::Ok:
        return "ok";
    case crypto::Gossip::Fetch:
        return "fetch";
    case crypto::Gossip::Fork:
        return "fork";
    }
    return "";
}

class Script final : public EnvelopeContext {
public:
    explicit Script(const In& in)
        : m_directory(in.value<ServerId>("server_id")), m_sender(in.text("sender"))
    {
        for (const auto& entry : in.list("dir_entries"))
            unwrap(m_directory.append(entry));
        for (const auto& name : in.object("devices").json().keys()) {
            const auto key = name.toStdString();
            m_stores.emplace(key, storeOf(in.object("devices").object(key.c_str())));
        }
    }

    void start(const In& in)
    {
        const auto id = unwrap(store(m_sender).start(in.rng(), peer(in.text("peer")),
                                                     bundleOf(in.object("bundle")), 0));
        checkDraws(in);
        if (id != in.value<SessionId>("session_id"))
            throw Mismatch("another session id");
    }

    void send(const In& in)
    {
        std::vector<crypto::VerifiedPeer> recipients;
        for (const auto& name : in.json().value(QLatin1String("recipients")).toArray())
            recipients.push_back(peer(name.toString().toStdString()));
        m_envelope =
            unwrap(sealEnvelope(in.rng(), store(m_sender), m_directory.head(),
                                fieldsOf(in.object("fields")), in.bytes("content"), recipients));
        checkDraws(in);
        QJsonArray wraps;
        for (const auto& wrap : m_envelope.wraps)
            wraps.append(QJsonArray{hexValue(wrap.device), hexValue(wrap.message)});
        const auto out = Out()
                             .bytes("aad", m_envelope.aad)
                             .bytes("body", m_envelope.body)
                             .secret("body_key", m_envelope.bodyKey)
                             .bytes("body_hash", m_envelope.bodyHash)
                             .json("wraps", wraps);
        const auto problem = difference(in.object("out").json(), out.object());
        if (!problem.empty())
            throw Mismatch("send: " + problem);
        for (const auto& open : in.objects("opens"))
            check(open);
    }

    std::optional<Sender> sender(const UserId& user, const DeviceId& device) const override
    {
        for (const auto& [name, store] : m_stores) {
            const auto& party = store.self().party;
            if (party.user == user && party.device == device)
                return Sender{crypto::VerifiedPeerForTests::make(party), Sender::Standing::Current};
        }
        return std::nullopt;
    }

    bool wasSeen(const DeviceId& device, const MessageId& id) const override
    {
        return m_seen.contains({m_opener, device, id});
    }

private:
    SessionStore& store(const std::string& name) { return m_stores.at(name); }
    crypto::VerifiedPeer peer(const std::string& name)
    {
        return crypto::VerifiedPeerForTests::make(store(name).self().party);
    }

    Out open(const In& in)
    {
        m_opener = in.text("who");
        auto& own = store(m_opener);
        const auto wrap =
            std::ranges::find(m_envelope.wraps, own.self().party.device, &Wrap::device);
        auto opened = unwrap(openEnvelope(own, m_directory, *this,
                                          in.has("aad") ? in.bytes("aad") : m_envelope.aad,
                                          in.has("body") ? in.bytes("body") : m_envelope.body,
                                          in.has("wrap") ? in.bytes("wrap") : wrap->message, 0));
        auto out = Out()
                       .bytes("content", opened.content)
                       .text("gossip", gossipName(opened.gossip))
                       .bytes("session_id", opened.session);
        if (!(opened.bodyKey == m_envelope.bodyKey) || opened.bodyHash != m_envelope.bodyHash)
            throw Mismatch("another body key or hash");
        m_seen.insert({m_opener, opened.aad.senderDevice, opened.aad.message});
        unwrap(accept(own, opened));
        return out;
    }

    void check(const In& in)
    {
        const auto where = in.text("who") + " '" + in.text("name") + "': ";
        const auto expected = in.has("error") ? in.text("error") : std::string();
        try {
            const auto out = open(in);
            const auto problem = expected.empty()
                                     ? difference(in.object("out").json(), out.object())
                                     : "expected " + expected + ", got a result";
            if (!problem.empty())
                throw Mismatch(where + problem);
        } catch (crypto::CryptoError error) {
            if (crypto::errorName(error) != expected)
                throw Mismatch(where + "expected '" + expected + "', got " +
                               std::string(crypto::errorName(error)));
        }
    }

    crypto::Directory m_directory;
    std::string m_sender;
    std::map<std::string, SessionStore> m_stores;
    Envelope m_envelope;
    std::string m_opener;
    std::set<std::tuple<std::string, DeviceId, MessageId>> m_seen;
};

Out runScript(const In& in)
{
    Script script(in);
    for (const auto& start : in.objects("starts"))
        script.start(start);
    for (const auto& send : in.objects("sends"))
        script.send(send);
    return {};
}

const Topic topic("envelope", {{"script", runScript}});

} // namespace
