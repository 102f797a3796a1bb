#include "tests/vectors/ScriptDevice.h"

namespace impulse::e2ee {

/// The keys that only the vectors of the agreement look at.
struct SessionInspector {
    static const RootKey& root(const Session& session) { return session.m_root; }
    static const ChainKey& sending(const Session& session) { return *session.m_sending; }
    static const BoxPublicKey& ratchetKey(const Session& session)
    {
        return session.m_own.publicKey;
    }
};

} // namespace impulse::e2ee

using namespace impulse;
using namespace impulse::e2ee;
using namespace impulse::vectors;

namespace {

Out agreementOut(const Agreement& agreement)
{
    return Out()
        .bytes("th", agreement.transcript)
        .bytes("session_id", agreement.session)
        .secret("rk0", agreement.root);
}

Out runInitiate(const In& in)
{
    const auto own = in.object("self");
    const OwnDevice self{partyOf(own),
                         crypto::boxKeyPair(own.value<crypto::BoxSeed>("box_seed")).secretKey};
    const auto peer = partyOf(in.object("peer"));
    const auto bundle = bundleOf(in.object("bundle"));
    // Twice with the same draws: the agreement alone, then the session that is built on it.
    auto draws = in.list("rng");
    test::ScriptedRng again({draws.begin(), draws.end()});
    const auto result = unwrap(agreeAsInitiator(again, self, peer, bundle));
    const auto session = unwrap(Session::initiate(in.rng(), self, peer, bundle, 0));
    auto out = agreementOut(result.agreement)
                   .bytes("ek_pk", result.init.ephemeral)
                   .secret("dh1", result.agreement.dh1)
                   .secret("dh2", result.agreement.dh2)
                   .secret("dh3", result.agreement.dh3)
                   .bytes("dhs_pk", SessionInspector::ratchetKey(session))
                   .secret("rk", SessionInspector::root(session))
                   .secret("cks", SessionInspector::sending(session));
    if (result.agreement.dh4)
        out.secret("dh4", *result.agreement.dh4);
    else
        out.bytes("dh4", {});
    const auto header = writeRatchetHeader({}, result.init, {}, 0, 0);
    return out.bytes("init_block", View(header).subspan(18, InitBlock::wireSize));
}

Out runRespond(const In& in)
{
    auto store = storeOf(in.object("self"));
    const auto peer = partyOf(in.object("peer"));
    const auto bytes = in.bytes("msg");
    const auto message = unwrap(RatchetMessage::parse(bytes));
    const auto& init = message.init.value();
    const auto* signedPrekey = store.prekeys().signedSecret(init.signedPrekeyId);
    const auto* oneTime =
        init.oneTimePrekeyId ? store.prekeys().oneTimeSecret(init.oneTimePrekeyId) : nullptr;
    const auto agreement =
        unwrap(agreeAsResponder(store.self(), peer, init, *signedPrekey, oneTime));
    auto session = unwrap(Session::accept(store.self(), peer, message, *signedPrekey, oneTime, 0));
    auto step = unwrap(session.decrypt(message, 0));
    const auto plaintext = step.plaintext().clone();
    session.apply(std::move(step));
    return agreementOut(agreement)
        .secret("rk", SessionInspector::root(session))
        .bytes("pt", crypto::SecretAccess::view(plaintext));
}

/// Any draws, for messages that are thrown away.
class AnyRng final : public crypto::Rng {
public:
    void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, ++m_count); }

private:
    std::uint8_t m_count = 0;
};

class Script {
public:
    explicit Script(const In& devices)
    {
        for (const auto& name : devices.json().keys()) {
            const auto key = name.toStdString();
            m_stores.emplace(key, storeOf(devices.object(key.c_str())));
        }
    }

    Out run(const In& step);

    /// Everything that the device would store.
    std::vector<crypto::SecretBytes> state(const In& step)
    {
        auto& store = who(step);
        std::vector<crypto::SecretBytes> saved;
        saved.push_back(store.savePrekeys());
        for (const auto& [name, other] : m_stores)
            saved.push_back(store.savePeer(other.self().party.device));
        return saved;
    }

private:
    SessionStore& who(const In& step) { return m_stores.at(step.text("who")); }
    crypto::VerifiedPeer peer(const In& step)
    {
        return crypto::VerifiedPeerForTests::make(m_stores.at(step.text("peer")).self().party);
    }
    Out start(const In& step);
    Out send(const In& step);
    Out burn(const In& step);
    Out receive(const In& step);
    Out heal(const In& step);
    Out expect(const In& step);

    std::map<std::string, SessionStore> m_stores;
    std::map<std::uint64_t, Bytes> m_messages;
    AnyRng m_any;
};

Out Script::start(const In& step)
{
    return Out().bytes("session_id", unwrap(who(step).start(step.rng(), peer(step),
                                                            bundleOf(step.object("bundle")),
                                                            step.number("now_ms"))));
}

Out Script::send(const In& step)
{
    const auto plaintext = step.bytes("pt");
    auto message = unwrap(who(step).wrap(step.rng(), peer(step), plaintext));
    m_messages[step.number("index")] = message;
    return Out().bytes("msg", message);
}

Out Script::burn(const In& step)
{
    for (auto left = step.number("count"); left > 0; --left)
        unwrap(who(step).wrap(m_any, peer(step), View{}));
    return {};
}

Out Script::receive(const In& step)
{
    auto message = m_messages.at(step.number("index"));
    if (step.has("xor")) {
        for (const auto& change : step.json().value(QLatin1String("xor")).toArray()) {
            const auto offset = change.toArray().at(0).toInt();
            const auto size = static_cast<int>(message.size());
            auto& byte = message.at(static_cast<std::size_t>(offset < 0 ? size + offset : offset));
            byte = static_cast<std::uint8_t>(byte ^ change.toArray().at(1).toInt());
        }
    }
    auto& store = who(step);
    auto opened = unwrap(store.unwrap(peer(step), message, step.number("now_ms")));
    auto out = Out()
                   .bytes("pt", crypto::SecretAccess::view(opened.plaintext))
                   .bytes("session_id", opened.session)
                   .flag("is_new", opened.isNew);
    unwrap(store.commit(std::move(opened.changes)));
    return out;
}

Out Script::heal(const In& step)
{
    auto& store = who(step);
    const auto now = step.number("now_ms");
    const bool fresh = store.heal(peer(step), now) == Healing::FetchBundleAndStart;
    if (fresh) {
        unwrap(store.start(step.rng(), peer(step), bundleOf(step.object("bundle")), now,
                           StartReason::Heal));
    }
    return Out().flag("started_new", fresh).bytes("session_id", store.active(peer(step)).value());
}

Out Script::expect(const In& step)
{
    auto& store = who(step);
    QJsonArray sessions;
    for (const auto& id : store.sessionIds(peer(step)))
        sessions.append(hexValue(id));
    QJsonArray left;
    for (const auto id : store.prekeys().oneTimeIds())
        left.append(static_cast<double>(id));
    const auto active = store.active(peer(step));
    return Out()
        .json("active", active ? hexValue(*active) : QJsonValue())
        .json("session_ids", sessions)
        .json("opk_ids_left", left);
}

Out Script::run(const In& step)
{
    const auto action = step.text("do");
    if (action == "start")
        return start(step);
    if (action == "send")
        return send(step);
    if (action == "burn")
        return burn(step);
    if (action == "recv")
        return receive(step);
    if (action == "heal")
        return heal(step);
    if (action == "expect")
        return expect(step);
    auto& store = who(step);
    if (action == "touch")
        store.touch(peer(step), step.value<SessionId>("session_id"), step.number("sent_ms"));
    else if (action == "force_active")
        store.forceActive(peer(step), step.value<SessionId>("session_id"));
    else if (action == "forget_sessions")
        store.forgetAll();
    else if (action == "drop_spk")
        store.changePrekeys().removeSigned(step.integer<std::uint32_t>("id"));
    else
        throw Mismatch("unknown step " + action);
    return {};
}

/// Empty, or what is wrong with this step.
std::string check(Script& script, const In& step)
{
    const auto expected = step.has("error") ? step.text("error") : std::string();
    const auto before = script.state(step);
    try {
        const auto out = script.run(step);
        if (!expected.empty())
            return "expected " + expected + ", got a result";
        // A heal that uses the active session leaves its draws.
        if (step.text("do") != "heal" || out.object().value(QLatin1String("started_new")).toBool())
            checkDraws(step);
        return difference(step.json().value(QLatin1String("out")).toObject(), out.object());
    } catch (crypto::CryptoError error) {
        const std::string got(crypto::errorName(error));
        if (script.state(step) != before)
            return "a refused step has changed the state";
        return got == expected ? std::string() : "expected '" + expected + "', got " + got;
    }
}

Out runScript(const In& in)
{
    Script script(in.object("devices"));
    int number = 0;
    for (const auto& step : in.objects("steps")) {
        const auto problem = check(script, step);
        if (!problem.empty())
            throw Mismatch("step " + std::to_string(number) + ": " + problem);
        ++number;
    }
    return {};
}

const Topic x3dh("x3dh", {{"initiate", runInitiate}, {"respond", runRespond}});
const Topic ratchet("ratchet", {{"script", runScript}});
const Topic sessions("sessions", {{"script", runScript}});

} // namespace
