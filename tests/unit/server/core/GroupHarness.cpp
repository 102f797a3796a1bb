#include "tests/unit/server/core/GroupHarness.h"

namespace impulse::tests {
namespace {

const Bytes firstMeta(328, 0x6d);

} // namespace

crypto::GroupMember memberOf(const Member& member, crypto::GroupRole role)
{
    return {member.id(), member.device().party().identityKey, role};
}

TestGroup::Change adding(const Member& member)
{
    return
        [entry = memberOf(member)](crypto::GroupState& state) { state.members.push_back(entry); };
}

TestGroup::Change removing(const Member& member)
{
    return [user = member.id()](crypto::GroupState& state) {
        std::erase_if(state.members, [&](const auto& entry) { return entry.user == user; });
    };
}

crypto::Device linkDevice(Member& member)
{
    auto device = member.person.makeDevice();
    protocol::PublishDeviceList request;
    request.deviceList = member.person.listOf({&member.device(), &device});
    request.deviceId = device.id();
    request.signedPrekey = Person::signedPrekey(device, 1);
    request.oneTimePrekeys = Person::oneTimePrekeys(1, 1);
    member.client.good(request);
    return device;
}

TestGroup::TestGroup(TestServer& server, const std::vector<Member*>& members, std::uint8_t policy)
    : m_server(server)
{
    auto& creator = *members.front();
    state.salt = crypto::random<crypto::GroupSalt>(server.rng);
    state.group = crypto::groupId(state.salt, creator.id(), creator.device().party().identityKey);
    state.policy = policy;
    state.metaHash = crypto::groupMetaHash(firstMeta);
    for (const auto* member : members)
        state.members.push_back(memberOf(*member, member == &creator ? crypto::GroupRole::Admin
                                                                     : crypto::GroupRole::Member));
    sign(creator, state);
    auto bytes = crypto::signGroupState(creator.device().signPair().secretKey, state);
    REQUIRE(bytes);
    const protocol::PutGroupState request{*bytes, firstMeta};
    CHECK(creator.client.good(request).seq == 1);
    take(request);
}

void TestGroup::sign(const Member& author, crypto::GroupState& next) const
{
    next.authorUser = author.id();
    next.authorDevice = author.device().id();
    next.authorList = m_server.store->directory().latest(author.id())->listHash;
    next.directorySeq = m_server.store->directory().lastSeq();
    next.createdMs = m_server.clock.now;
}

protocol::PutGroupState TestGroup::next(const Member& author, const Change& change,
                                        std::optional<Bytes> meta) const
{
    auto following = state;
    ++following.epoch;
    following.previous = hash;
    sign(author, following);
    if (meta)
        following.metaHash = crypto::groupMetaHash(*meta);
    change(following);
    auto bytes = crypto::signGroupState(author.device().signPair().secretKey, following);
    REQUIRE(bytes);
    return {std::move(*bytes), std::move(meta)};
}

protocol::GroupStateAccepted TestGroup::put(Member& author, const Change& change,
                                            std::optional<Bytes> meta)
{
    const auto request = next(author, change, std::move(meta));
    const auto accepted = author.client.good(request);
    take(request);
    return accepted;
}

void TestGroup::take(const protocol::PutGroupState& put)
{
    auto parsed = crypto::parseGroupState(put.state);
    REQUIRE(parsed);
    state = std::move(*parsed);
    hash = crypto::groupStateHash(put.state);
}

crypto::Aad TestGroup::aad(const Member& from, std::uint64_t seq) const
{
    crypto::Aad aad;
    aad.kind = EventKind::Group;
    aad.conversation = state.group;
    aad.message = randomMessageId();
    aad.senderUser = from.id();
    aad.senderDevice = from.device().id();
    aad.sentMs = 1;
    aad.seq = seq;
    aad.group = {state.epoch, hash, *crypto::ChainId::from(Bytes(16, 3)), 0};
    return aad;
}

protocol::SendEvent TestGroup::event(const Member& from, std::uint64_t seq) const
{
    protocol::SendEvent event;
    event.aad = *crypto::writeAad(aad(from, seq));
    event.body = Bytes(328, static_cast<std::uint8_t>(seq));
    event.roster = roster();
    event.sig = *Signature::from(Bytes(64, static_cast<std::uint8_t>(seq + 1)));
    return event;
}

protocol::ControlEnvelope TestGroup::control(const Member& from,
                                             const std::vector<DeviceId>& readers) const
{
    crypto::Aad aad;
    aad.kind = EventKind::Control;
    aad.conversation = state.group;
    aad.message = randomMessageId();
    aad.senderUser = from.id();
    aad.senderDevice = from.device().id();
    aad.sentMs = 1;
    protocol::ControlEnvelope control{*crypto::writeAad(aad), Bytes(584, 9), {}};
    for (const auto& reader : readers)
        control.wraps.push_back({reader, Bytes(235, reader.data()[0])});
    return control;
}

std::uint64_t TestGroup::roster() const
{
    std::uint64_t version = 0;
    for (const auto& member : state.members)
        version += m_server.store->directory().version(member.user);
    return version;
}

} // namespace impulse::tests
