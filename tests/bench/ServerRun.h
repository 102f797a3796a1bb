#pragma once

#include "tests/bench/Device.h"

#include <filesystem>
#include <memory>
#include <vector>

#include <sys/types.h>

namespace impulse::bench {

/// How to start a server, or which one to use.
struct ServerChoice {
    std::string program;
    /// Beside the data folder and a free port.
    std::vector<std::string> options;
    /// Where data folders are made.
    std::filesystem::path folder;
    /// ws://…: a server that runs already. It is neither started nor stopped.
    std::string url;
    /// Its process id, 0 if it is not on this computer: then nothing of the process is measured.
    pid_t pid = 0;
    /// Put before the program, for instance a tracer.
    std::vector<std::string> prefix;
};

/// A server process on a data folder of its own, which goes with it. Blocking; it leaves when this
/// program ends, however that ends.
class ServerRun {
public:
    explicit ServerRun(ServerChoice choice);
    ~ServerRun();
    ServerRun(const ServerRun&) = delete;
    ServerRun& operator=(const ServerRun&) = delete;

    /// Nothing if it accepts connections; else why not.
    std::optional<std::string> start();
    /// SIGTERM, and waits for it to leave.
    void stop();

    const Target& target() const { return m_target; }
    const std::string& url() const { return m_url; }
    /// Of the server, also behind a prefix. 0: not known.
    pid_t pid() const { return m_serverPid; }
    const std::filesystem::path& dataFolder() const { return m_data; }
    /// From exec to the ready line of the last start.
    std::int64_t startNs() const { return m_startNs; }
    /// The end of what it wrote to standard error; empty if it was not started here.
    std::string logTail() const;
    /// Bytes of the database's files.
    std::uint64_t databaseBytes() const;

private:
    void launch(int output) const;
    std::optional<std::string> readReadyLine(int input);
    void findServer();

    ServerChoice m_choice;
    std::filesystem::path m_data;
    std::string m_url;
    Target m_target;
    pid_t m_child = 0;
    pid_t m_serverPid = 0;
    std::int64_t m_startNs = 0;
};

} // namespace impulse::bench
