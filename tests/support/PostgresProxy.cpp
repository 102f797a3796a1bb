#include "tests/support/PostgresProxy.h"

#include <QFile>

#include <array>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace impulse::test {

namespace {

constexpr int lookMs = 20;

sockaddr_un addressOf(const QByteArray& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    qstrncpy(address.sun_path, path.constData(), sizeof address.sun_path);
    return address;
}

/// Null: the other end is gone.
std::string_view readFrom(int socket, std::array<char, 65536>& buffer)
{
    const auto size = ::recv(socket, buffer.data(), buffer.size(), 0);
    return size > 0 ? std::string_view(buffer.data(), static_cast<std::size_t>(size))
                    : std::string_view();
}

bool sendTo(int socket, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

} // namespace

PostgresProxy::PostgresProxy(const QString& serverFolder)
    : m_target(QFile::encodeName(serverFolder) + "/.s.PGSQL.5432")
{
    const auto address = addressOf(QFile::encodeName(folder()) + "/.s.PGSQL.5432");
    m_listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(m_listener, 16) != 0)
        qFatal("the proxy cannot listen");
    m_thread = std::thread([this] { work(); });
}

PostgresProxy::~PostgresProxy()
{
    m_ends = true;
    m_thread.join();
    for (const auto& pair : m_pairs) {
        ::close(pair.client);
        ::close(pair.server);
    }
    ::close(m_listener);
}

void PostgresProxy::work()
{
    while (!m_ends) {
        std::vector<pollfd> waiting{{m_listener, POLLIN, 0}};
        for (const auto& pair : m_pairs) {
            waiting.push_back({pair.client, POLLIN, 0});
            waiting.push_back({pair.server, POLLIN, 0});
        }
        if (::poll(waiting.data(), waiting.size(), lookMs) <= 0)
            continue;
        for (std::size_t i = m_pairs.size(); i-- > 0;) {
            auto& pair = m_pairs[i];
            const bool lives = (waiting[1 + 2 * i].revents == 0 || fromClient(pair)) &&
                               (waiting[2 + 2 * i].revents == 0 || fromServer(pair));
            if (lives)
                continue;
            ::close(pair.client);
            ::close(pair.server);
            m_pairs.erase(m_pairs.begin() + static_cast<std::ptrdiff_t>(i));
        }
        if (waiting[0].revents != 0)
            accept();
    }
}

void PostgresProxy::accept()
{
    const int client = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
    const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = addressOf(m_target);
    if (m_refuses ||
        ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(client);
        ::close(server);
        return;
    }
    m_pairs.push_back({client, server});
}

bool PostgresProxy::fromClient(Pair& pair)
{
    // A query of the simple protocol: Q, its length with the length's own four bytes, a string.
    static constexpr std::string_view commit("Q\0\0\0\x0b"
                                             "COMMIT\0",
                                             12);
    std::array<char, 65536> buffer;
    const auto bytes = readFrom(pair.client, buffer);
    if (bytes.empty())
        return false;
    if (m_cut != Cut::None && bytes.find(commit) != std::string_view::npos) {
        const bool before = m_cut.exchange(Cut::None) == Cut::BeforeCommit;
        if (before)
            return false;
        pair.isCut = true;
    }
    return sendTo(pair.server, bytes);
}

bool PostgresProxy::fromServer(const Pair& pair)
{
    std::array<char, 65536> buffer;
    const auto bytes = readFrom(pair.server, buffer);
    return !bytes.empty() && !pair.isCut && sendTo(pair.client, bytes);
}

} // namespace impulse::test
