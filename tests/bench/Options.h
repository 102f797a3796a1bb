#pragma once

#include "tests/bench/ChatLoad.h"

namespace impulse::bench {

/// What the command line says. Suites change copies of it.
struct Options {
    enum class Suite { None, Quick, Full };

    Suite suite = Suite::None;
    std::vector<std::string> cases;
    std::string jsonFile;
    bool wantsHelp = false;

    LoadSpec load;
    int runs = 3;
    /// Count the server's fsyncs in a run of their own.
    bool countsSyncs = true;
    /// Case rate: messages per second.
    double rate = 2000;
    /// Cases rate and pairs: a shell command that runs, again and again, while it is measured.
    std::string during;
    std::string duringName = "a command";
    /// Case idle: connections. Case slow: clients that do not read. Case storm: devices.
    std::size_t idle = 9000;
    std::size_t slow = 200;
    std::size_t storm = 5000;
    /// Case group: people in it, the one who writes included.
    std::size_t members = 500;
    /// Case logins: accounts that take turns.
    std::size_t accounts = 2000;
    /// Case start: events in the database.
    std::size_t events = 1'000'000;

    std::string program;
    std::filesystem::path folder;
    std::string url;
    pid_t pid = 0;
    /// Options of the server, one string for each server that is compared; one at least.
    std::vector<std::string> servers = {""};
    bool usesTls = false;
};

/// Reads the arguments after the program's name; fails with what is wrong.
Result<Options, std::string> parseOptions(const std::vector<std::string>& arguments);
std::string usage();

/// A server that takes part in a comparison.
struct Variant {
    /// What sets it apart; empty if it is the only one.
    std::string label;
    ServerChoice choice;
};
/// What options.servers says, in that order.
std::vector<Variant> variantsOf(const Options& options);
/// True if the server's --help names the option.
bool serverKnows(const Options& options, const std::string& option);

} // namespace impulse::bench
