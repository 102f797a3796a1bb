#pragma once

#include <QTemporaryDir>

#include <atomic>
#include <thread>

namespace impulse::test {

/// Stands between a client and a PostgreSQL server, both on unix sockets, and cuts connections at
/// the one moment that cannot be hit from outside: during COMMIT. Has a thread of its own.
class PostgresProxy {
public:
    enum class Cut {
        None,
        /// The server never sees the COMMIT.
        BeforeCommit,
        /// The server has committed, and the client does not hear it.
        AfterCommit
    };

    /// `serverFolder` is where the server's socket lies.
    explicit PostgresProxy(const QString& serverFolder);
    ~PostgresProxy();
    PostgresProxy(const PostgresProxy&) = delete;
    PostgresProxy& operator=(const PostgresProxy&) = delete;

    /// Where the proxy's socket lies.
    QString folder() const { return m_folder.path(); }
    /// The next COMMIT, once.
    void cutNext(Cut cut) { m_cut = cut; }
    /// It has happened.
    bool hasCut() const { return m_cut == Cut::None; }
    /// New connections end at once.
    void refuse(bool refuses) { m_refuses = refuses; }

private:
    struct Pair {
        int client = -1;
        int server = -1;
        /// What the server says is not passed on.
        bool isCut = false;
    };

    void work();
    void accept();
    /// False: the connection is over.
    bool fromClient(Pair& pair);
    static bool fromServer(const Pair& pair);

    QTemporaryDir m_folder;
    const QByteArray m_target;
    int m_listener = -1;
    std::vector<Pair> m_pairs;
    std::atomic<Cut> m_cut = Cut::None;
    std::atomic<bool> m_refuses = false;
    std::atomic<bool> m_ends = false;
    std::thread m_thread;
};

} // namespace impulse::test
