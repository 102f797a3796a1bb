#pragma once

#include "common/crypto/DeviceLists.h"
#include "common/crypto/Directory.h"
#include "tests/unit/server/core/Harness.h"

/// A server that was put back from a backup while its clients were ahead.
namespace impulse::tests {

using protocol::HandInState;

inline constexpr std::uint64_t togetherMs = 60'000;
inline constexpr std::uint64_t aloneMs = 600'000;
inline constexpr std::size_t entrySize = crypto::DirectoryEntry::wireSize;

/// A client's copy of the log.
struct Log {
    explicit Log(const ServerId& server) : directory(server) {}

    void add(View entry)
    {
        REQUIRE(directory.append(entry));
        entries.insert(entries.end(), entry.begin(), entry.end());
    }
    /// An entry as if the server had appended it.
    void add(const Hash32& label, const Hash32& listHash)
    {
        add(crypto::writeDirectoryEntry(
            {directory.seq() + 1, *crypto::DirectoryLabel::from(label), listHash}));
    }

    crypto::Directory directory;
    Bytes entries;
};

inline Log logOf(TestServer& server, Client& client)
{
    Log log(server.keys.serverId);
    const auto answer = client.good(protocol::GetDirectory{0});
    for (std::size_t at = 0; at < answer.entries.size(); at += entrySize)
        log.add(View(answer.entries).subspan(at, entrySize));
    return log;
}

inline protocol::HandIn statementOf(const Log& log)
{
    const auto head = log.directory.head();
    return {head.seq, head.head, {}, {}};
}

/// The whole hand-in on a greeted connection. The state at its end, or the refusal.
inline Result<protocol::HandInResult, ErrorCode>
handIn(Client& client, const Log& log, std::vector<protocol::HandedList> lists = {},
       std::size_t perRequest = 800)
{
    auto request = statementOf(log);
    auto answer = client.call(request);
    if (!answer)
        return Failure{answer.error().code};
    auto at = answer->after;
    while (answer->state == HandInState::Wanted) {
        const auto end = std::min<std::uint64_t>(at + perRequest, log.directory.seq());
        if (at == end)
            break;
        const auto part = View(log.entries).subspan(at * entrySize, (end - at) * entrySize);
        request.entries = toBytes(part);
        at = end;
        answer = client.call(request);
        if (!answer)
            return Failure{answer.error().code};
    }
    if (lists.empty())
        return *answer;
    request.entries.clear();
    request.lists = std::move(lists);
    answer = client.call(request);
    if (!answer)
        return Failure{answer.error().code};
    return *answer;
}

inline protocol::PublishDeviceList publication(Bytes list)
{
    protocol::PublishDeviceList request;
    request.deviceList = std::move(list);
    return request;
}

/// Anna, Boris and Clara are in the backup. After it Anna gets a phone, Dora registers.
struct Restored {
    explicit Restored()
        : anna(server, "anna"), boris(server, "boris"), clara(server, "clara"),
          phone(anna.person.makeDevice()), dora("dora")
    {
        server.backUp();
        phoneList = anna.person.listOf({&anna.device(), &phone});
        anna.client.good(publication(phoneList));
        Client client(server);
        client.hello();
        doraList = dora.listOf({&dora.devices.front()}, false);
        client.registerAs(dora);
        log.emplace(logOf(server, client));
        client.disconnect();
        for (auto* member : {&anna, &boris, &clara})
            member->client.disconnect();
        server.restore();
    }

    /// A new connection of a member that hands in this log and logs in.
    void comeBack(Member& member, const Log& own, std::vector<protocol::HandedList> lists = {})
    {
        member.client.reconnect();
        member.client.hello();
        REQUIRE(handIn(member.client, own, std::move(lists)));
        member.client.good(member.client.loginOf(member.person, member.device()));
    }
    std::uint64_t seq() const { return server.store->directory().lastSeq(); }
    bool isClosed() const { return server.store->handIns().status().isClosed(); }
    protocol::HandedList handedPhoneList() const { return {anna.id(), phoneList}; }

    TestServer server;
    Member anna;
    Member boris;
    Member clara;
    crypto::Device phone;
    Bytes phoneList;
    Person dora;
    Bytes doraList;
    std::optional<Log> log;
};

/// Anna's keys under another root: a list nobody signed for.
inline Bytes forgedList(const Member& victim)
{
    Person thief("thief");
    thief.userId = victim.id();
    thief.version = 1;
    thief.previous = victim.person.previous;
    thief.devices.front() = thief.makeDevice();
    return thief.listOf({&thief.devices.front()});
}

} // namespace impulse::tests
