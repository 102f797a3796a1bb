#include "tests/unit/server/core/Harness.h"

namespace impulse::tests {
namespace {

std::unique_ptr<SqlConnection> openConnection(const StorageAddress& address,
                                              SqlConnection::Mode mode)
{
    auto opened = SqlConnection::open(address, mode);
    REQUIRE(opened);
    return std::move(*opened);
}

} // namespace

void DirectWriter::flush()
{
    while (!m_jobs.empty()) {
        const auto job = std::move(m_jobs.front());
        m_jobs.pop_front();
        REQUIRE(m_connection.begin());
        Deliveries out;
        const auto verdict = job->run(m_store, out);
        const bool keep = verdict == WriteJob::Verdict::Keep && !failure && m_store.flush() &&
                          !m_store.takeFailure();
        if (keep)
            REQUIRE(m_connection.commit());
        else
            m_connection.rollBack();
        job->finish(failure);
        if (keep)
            m_publisher.publish(std::move(out));
    }
}

TestServer::TestServer(ServerSettings serverSettings) : settings(std::move(serverSettings))
{
    auto pair = crypto::signKeyPair(crypto::random<crypto::SignSeed>(rng));
    keys.serverId = *ServerId::from(pair.publicKey);
    keys.signKey = std::move(pair.secretKey);
    keys.pepper = crypto::random<crypto::Pepper>(rng);
    keys.fakeSaltKey = crypto::random<crypto::FakeSaltKey>(rng);
    open();
}

void TestServer::open()
{
    writeConnection = openConnection(database.address(), SqlConnection::Mode::ReadWrite);
    readConnection = openConnection(database.address(), SqlConnection::Mode::ReadOnly);
    store = std::make_unique<SqlStore>(*readConnection);
    writer = std::make_unique<DirectWriter>(*writeConnection, hub);
    bus = hub.connect([] {});
    chat = std::make_unique<ChatServer>(
        settings, keys, ChatServer::Ports{*store, *writer, clock, rng, *bus, limiter});
}

void TestServer::flush()
{
    writer->flush();
    deliver();
}

void TestServer::backUp()
{
    database.backUp();
}

void TestServer::close()
{
    chat.reset();
    bus.reset();
    writer.reset();
    store.reset();
    readConnection.reset();
    writeConnection.reset();
}

void TestServer::restart()
{
    close();
    open();
}

void TestServer::restore()
{
    close();
    database.restore();
    clock.now += 1000;
    {
        auto connection = openConnection(database.address(), SqlConnection::Mode::ReadWrite);
        SqlStore restored(*connection);
        restored.setRestored(crypto::random<IncarnationId>(rng), clock.now);
        REQUIRE_FALSE(restored.takeFailure());
    }
    open();
}

void TestServer::pass(std::uint64_t ms)
{
    clock.now += ms;
    chat->tick();
    flush();
}

protocol::WireSecret randomSecret()
{
    crypto::SystemRng rng;
    return protocol::WireSecret(crypto::random<Hash32>(rng));
}

Person::Person(std::string name)
    : username(std::move(name)), auth(randomSecret()), recoveryAuth(randomSecret())
{
    crypto::SystemRng rng;
    userId = crypto::random<UserId>(rng);
    root = crypto::random<crypto::RootSecret>(rng);
    devices.push_back(makeDevice());
}

crypto::Device Person::makeDevice()
{
    crypto::SystemRng rng;
    return crypto::Device::create(rng, userId, crypto::UserIdentity(root, userId).publicKey(), 1);
}

Bytes Person::listOf(const std::vector<const crypto::Device*>& listed, bool next)
{
    const crypto::UserIdentity identity(root, userId);
    const crypto::AccountKey account(crypto::deriveAccountSeed(root, userId, generation),
                                     generation);
    crypto::DeviceList list;
    list.user = userId;
    list.identityKey = identity.publicKey();
    list.accountCertificate = identity.certifyAccountKey(generation, account.publicKey());
    list.version = version + 1;
    list.previous = previous;
    for (const auto* device : listed)
        list.devices.push_back(device->entry());
    auto bytes = account.signDeviceList(std::move(list));
    REQUIRE(bytes);
    if (next) {
        ++version;
        previous = crypto::deviceListHash(*bytes);
    }
    return std::move(*bytes);
}

Bytes Person::signedPrekey(const crypto::Device& device, std::uint32_t id)
{
    crypto::SystemRng rng;
    return crypto::writeSignedPrekey(crypto::makeSignedPrekey(rng, device.signPair().secretKey,
                                                              device.party().user, device.id(), id,
                                                              1)
                                         .publicPart);
}

std::vector<Bytes> Person::oneTimePrekeys(std::uint32_t first, std::uint32_t count)
{
    crypto::SystemRng rng;
    std::vector<Bytes> result;
    for (std::uint32_t i = 0; i < count; ++i)
        result.push_back(
            crypto::writeOneTimePrekey(crypto::makeOneTimePrekey(rng, first + i).publicPart));
    return result;
}

protocol::Register Person::registration()
{
    protocol::Register request;
    request.username = username;
    request.userId = userId;
    request.password = {*protocol::Salt::from(Bytes(16, 1)), 3, std::uint64_t{256} << 20};
    request.auth = auth;
    request.deviceList = listOf({&devices.front()}, false);
    request.signedPrekey = signedPrekey(devices.front(), 1);
    request.oneTimePrekeys = oneTimePrekeys(1, 3);
    request.rootSlot = Bytes(104, 0x51);
    request.recoveryAuth = recoveryAuth;
    request.profile = profileOf(1, 0x50);
    return request;
}

Client::Client(TestServer& server, std::string address) : m_server(server)
{
    connection.address = std::move(address);
    server.chat->opened(connection);
}

void Client::disconnect()
{
    if (!m_open)
        return;
    m_open = false;
    m_server.chat->closed(connection);
    if (!m_server.writer->held)
        m_server.writer->flush();
    m_server.deliver();
}

void Client::reconnect()
{
    disconnect();
    connection.closeCode.reset();
    m_server.chat->opened(connection);
    m_open = true;
}

void Client::sendBytes(View frame)
{
    m_server.chat->received(connection, frame);
    if (!m_server.writer->held)
        m_server.writer->flush();
    m_server.deliver();
}

void Client::collect()
{
    for (const auto& bytes : std::exchange(connection.frames, {})) {
        auto frame = protocol::decodeServerFrame(bytes);
        REQUIRE(frame);
        if (const auto* answer = std::get_if<protocol::AnswerFrame>(&*frame))
            m_answers.emplace(answer->id, bytes);
        else if (const auto* error = std::get_if<protocol::ErrorFrame>(&*frame))
            m_answers.emplace(error->id, bytes);
        else
            m_pushes.push_back(std::move(std::get<protocol::AnyPush>(*frame)));
    }
}

protocol::HelloResult Client::hello()
{
    m_nonce = crypto::random<protocol::Nonce>(m_server.rng);
    m_hello = good(protocol::Hello{m_nonce, 1, 1, "test"});
    return m_hello;
}

void Client::registerAs(Person& person)
{
    const auto request = person.registration();
    good(request);
    person.version = 1;
    person.previous = crypto::deviceListHash(request.deviceList);
}

protocol::DeviceLogin Client::loginOf(const Person& person, const crypto::Device& device) const
{
    const crypto::Hello hello{
        m_hello.serverId, *crypto::CertificateHash::from(connection.certificate),
        *crypto::HelloNonce::from(m_nonce), *crypto::HelloNonce::from(m_hello.serverNonce)};
    return {
        person.userId, device.id(),
        crypto::signDeviceLogin(device.signPair().secretKey, hello, person.userId, device.id())};
}

void Client::logIn(const Person& person, const crypto::Device& device)
{
    hello();
    good(loginOf(person, device));
}

Member::Member(TestServer& server, const std::string& name) : person(name), client(server)
{
    client.hello();
    client.registerAs(person);
    client.sync();
}

MessageId randomMessageId()
{
    crypto::SystemRng rng;
    return crypto::random<MessageId>(rng);
}

Bytes aadOf(const EventParts& parts, const MessageId& id, EventKind kind, std::uint8_t flags)
{
    crypto::Aad aad;
    aad.kind = kind;
    aad.flags = flags;
    aad.conversation = crypto::directConversation(parts.sender.userId, parts.peer);
    aad.message = id;
    aad.senderUser = parts.sender.userId;
    aad.senderDevice = parts.device.id();
    aad.peerUser = parts.peer;
    aad.sentMs = 1;
    const bool numbered = kind == EventKind::Direct && !aad.isTransient();
    aad.seq = numbered ? parts.seq : 0;
    auto bytes = crypto::writeAad(aad);
    REQUIRE(bytes);
    return std::move(*bytes);
}

protocol::SendEvent eventOf(const EventParts& parts, const std::vector<DeviceId>& readers,
                            const MessageId& id)
{
    protocol::SendEvent event;
    event.aad = aadOf(parts, id);
    event.body = Bytes(328, static_cast<std::uint8_t>(parts.seq));
    for (const auto& reader : readers)
        event.wraps.push_back({reader, Bytes(235, reader.data()[0])});
    event.roster = parts.roster;
    return event;
}

protocol::SendEvent eventOf(const Member& from, const Member& to, std::uint64_t seq)
{
    return eventOf({from.person, from.device(), to.id(), seq, 2}, {to.device().id()});
}

protocol::SendControl controlOf(const Member& from, const Member& to)
{
    return {aadOf({from.person, from.device(), to.id()}, randomMessageId(), EventKind::Control),
            Bytes(328, 7),
            {{to.device().id(), Bytes(235, 8)}}};
}

protocol::SendTransient typingOf(const Member& from, const Member& to)
{
    return {aadOf({from.person, from.device(), to.id()}, randomMessageId(), EventKind::Direct,
                  crypto::Aad::transient),
            Bytes(328, 7),
            {{to.device().id(), Bytes(235, 8)}}};
}

} // namespace impulse::tests
