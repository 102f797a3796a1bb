#include "common/crypto/DeviceLists.h"
#include "tests/vectors/VectorHarness.h"

using namespace impulse;
using namespace impulse::crypto;
using namespace impulse::vectors;

namespace {

Directory directory(const In& in)
{
    Directory result(in.value<ServerId>("server_id"));
    for (const auto& entry : in.list("entries")) {
        unwrap(result.append(entry));
        if (writeDirectoryEntry(unwrap(parseDirectoryEntry(entry))) != entry)
            throw Mismatch("writing what was read gives other bytes");
    }
    return result;
}

Out runLabel(const In& in)
{
    return Out().bytes(
        "label", directoryLabel(in.value<ServerId>("server_id"), in.value<UserId>("user_id")));
}

Out runLog(const In& in)
{
    const auto log = directory(in);
    QJsonArray heads;
    for (std::uint64_t seq = 0; seq <= log.seq(); ++seq)
        heads.append(hexValue(*log.headAt(seq)));
    return Out().json("heads", heads);
}

std::string_view eventName(Accepted::Event event)
{
    switch (event) {
    case Accepted::Event::FirstUse:
        return "first-use";
    case Accepted::Event::Ok:
        return "ok";
    case Accepted::Event::IdentityChanged:
        return "identity-changed";
    }
    return {};
}

Out runAccept(const In& in)
{
    std::optional<Pin> pin;
    if (!in.isNull("pin")) {
        const auto object = in.object("pin");
        pin = Pin{object.value<SignPublicKey>("uik_pk"), object.integer<std::uint32_t>("gen"),
                  object.number("version")};
    }
    const auto accepted =
        unwrap(acceptDeviceList(directory(in), in.value<UserId>("user_id"), in.bytes("dl"), pin));
    return Out()
        .text("event", eventName(accepted.event))
        .number("gen", accepted.list.fields().generation)
        .number("version", accepted.list.fields().version);
}

DirectoryHead stated(const In& in)
{
    return {in.number("seq"), in.value<Hash32>("head")};
}

Out runGossip(const In& in)
{
    switch (directory(in).compare(stated(in))) {
    case Gossip::Ok:
        return Out().text("result", "ok");
    case Gossip::Fetch:
        return Out().text("result", "fetch");
    case Gossip::Fork:
        return Out().text("result", "fork");
    }
    return {};
}

Out runHandIn(const In& in)
{
    std::vector<HandedList> lists;
    for (const auto& list : in.objects("lists"))
        lists.push_back({list.value<UserId>("user_id"), list.bytes("dl")});
    const auto handIn = unwrap(checkHandIn(directory(in), in.list("handed"), stated(in), lists));
    QJsonArray missing;
    for (const auto seq : handIn.missing)
        missing.append(static_cast<qint64>(seq));
    return Out()
        .number("seq", handIn.directory.head().seq)
        .bytes("head", handIn.directory.head().head)
        .json("missing", missing);
}

const Topic topic("directory", {{"label", runLabel},
                                {"log", runLog},
                                {"accept", runAccept},
                                {"gossip", runGossip},
                                {"hand_in", runHandIn}});

} // namespace
