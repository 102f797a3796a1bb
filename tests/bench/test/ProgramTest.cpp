#include "tests/bench/Report.h"
#include "tests/support/Catch.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

using namespace impulse::bench;

namespace {

/// A folder that goes with the test.
struct Folder {
    Folder()
    {
        auto pattern = (std::filesystem::temp_directory_path() / "impulse-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()));
        path = pattern;
    }
    ~Folder() { std::filesystem::remove_all(path); }

    std::filesystem::path path;
};

/// Exit code of a shell command.
int run(const std::string& command)
{
    const int status = std::system(command.c_str()); // NOLINT(concurrency-mt-unsafe): one thread
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::vector<std::string> linesOf(const std::filesystem::path& file)
{
    std::ifstream input(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(input, line);)
        lines.push_back(line);
    return lines;
}

const std::string bench = IMPULSE_BIN_DIR "/impulse-bench";
/// Small enough for a few seconds.
const std::string tiny =
    " --runs 1 --seconds 0.4 --warm-up 0.1 --pairs 3 --window 4 --rate 200 --idle 10"
    " --accounts 10 --storm 20 --events 300 --slow 2 --members 5 --no-fsyncs";
const std::regex
    form(R"re(\{"case":"([^"]+)","metric":"([a-z0-9_]+)","value":-?[0-9.e+-]+,)re"
         R"re("unit":"[^"]+","runs":\[-?[0-9.e+-]+(,-?[0-9.e+-]+)*\](,"text":"[^"]*")?\})re");

using Metrics = std::set<std::string>;

/// Metrics by case; every line has the form that others read.
std::map<std::string, Metrics> metricsOf(const std::filesystem::path& json)
{
    std::map<std::string, Metrics> found;
    for (const auto& line : linesOf(json)) {
        INFO(line);
        std::smatch parts;
        REQUIRE(std::regex_match(line, parts, form));
        found[parts[1]].insert(parts[2]);
    }
    return found;
}

Metrics with(Metrics metrics, const Metrics& more)
{
    metrics.insert(more.begin(), more.end());
    return metrics;
}

const Metrics load{"throughput", "delivery_p50", "delivery_p99",  "delivery_max",   "answer_p50",
                   "answer_p99", "server_cpu",   "generator_cpu", "other_processes"};

/// Of each case with the tiny sizes: what its results are read for.
std::map<std::string, Metrics> expectedCases()
{
    return {
        {"pairs 3x4", load},
        {"rate 200", with(load, {"generator_late_p99"})},
        {"group 5x4",
         {"deliveries", "last_member_p50", "last_member_p99", "last_member_max", "answer_p50",
          "answer_p99", "server_cpu", "generator_cpu", "other_processes"}},
        {"idle 0", load},
        {"idle 10", with(load, {"connect_all", "private_memory"})},
        {"logins",
         {"throughput", "login_p50", "login_p99", "login_max", "server_cpu", "generator_cpu"}},
        {"storm 20", {"all_in_sync", "device_p50", "device_p99", "server_cpu", "generator_cpu"}},
        {"start 300 events", {"fill", "database", "ready", "resident", "private"}},
        {"slow 2",
         {"delivery_p50", "delivery_p99", "delivery_max", "delivery_p99_ratio", "memory_growth"}},
        {"slow 2 without", {"delivery_p50", "delivery_p99", "delivery_max"}},
    };
}

bool hasStrace()
{
    return run("strace -o /dev/null true > /dev/null 2>&1") == 0;
}

} // namespace

TEST_CASE("every case runs against a real server and writes its lines")
{
    const Folder folder;
    const auto json = folder.path / "result.json";
    REQUIRE(run(bench + " pairs rate group idle logins storm start slow" + tiny + " --folder " +
                folder.path.string() + " --json " + json.string() + " > /dev/null") == 0);
    const auto found = metricsOf(json);
    for (const auto& [name, metrics] : expectedCases()) {
        INFO(name);
        REQUIRE(found.contains(name));
        for (const auto& metric : metrics) {
            INFO(metric);
            CHECK(found.at(name).contains(metric));
        }
    }
    CHECK(found.contains("machine"));
    // Data folders are gone.
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("fsyncs per message are counted (skipped without strace)")
{
    if (!hasStrace())
        IMPULSE_SKIP("no strace, or no right to use it");
    const Folder folder;
    const auto json = folder.path / "result.json";
    const auto options = tiny.substr(0, tiny.find(" --no-fsyncs"));
    REQUIRE(run(bench + " pairs" + options + " --folder " + folder.path.string() + " --json " +
                json.string() + " > /dev/null") == 0);
    CHECK(metricsOf(json).at("pairs 3x4").contains("fsyncs"));
}

TEST_CASE("a suite runs all cases, in the sizes that options name")
{
    const Folder folder;
    const auto json = folder.path / "result.json";
    // The order does not matter: the suite's own sizes give way.
    REQUIRE(run(bench + tiny + " --suite quick --folder " + folder.path.string() + " --json " +
                json.string() + " > /dev/null") == 0);
    const auto found = metricsOf(json);
    for (const auto& [name, metrics] : expectedCases()) {
        INFO(name);
        REQUIRE(found.contains(name));
        for (const auto& metric : metrics) {
            INFO(metric);
            CHECK(found.at(name).contains(metric));
        }
    }
    for (const auto* name :
         {"pairs 3x1", "group 5x1", "rate 200 beside a backup", "idle 10 wss", "pairs 3x4 [--wss]",
          "pairs 3x4 [--dispatcher qt]", "pairs 3x4 [--dispatcher epoll]",
          "idle 10 [--dispatcher qt]", "pairs 3x4 [--group-commit off]",
          "pairs 3x4 [--group-commit on] / pairs 3x4 [--group-commit off]"}) {
        INFO(name);
        CHECK(found.contains(name));
    }
    CHECK(run(bench + tiny + " --suite quickly > /dev/null 2>&1") == 2);
}

TEST_CASE("two servers are compared, one of them with TLS, beside a command")
{
    const Folder folder;
    const auto json = folder.path / "result.json";
    const auto rounds = folder.path / "rounds";
    REQUIRE(
        run(bench + " pairs" + tiny + R"( --compare "" "--wss" --folder )" + folder.path.string() +
            " --json " + json.string() +
            " --during 'test -e \"$IMPULSE_BENCH_DATA/impulse.db\" && kill -0 $IMPULSE_BENCH_PID "
            "&& echo \"$IMPULSE_BENCH_URL\" >> " +
            rounds.string() + "' > /dev/null") == 0);
    std::string all;
    for (const auto& line : linesOf(json)) {
        INFO(line);
        REQUIRE(std::regex_match(line, form));
        all += line + '\n';
    }
    // Of what cannot be nothing on a busy machine either.
    CHECK(all.find(R"("case":"pairs 3x4 beside a command [--wss] / )"
                   R"(pairs 3x4 beside a command [default]","metric":"commands_meanwhile")") !=
          std::string::npos);
    bool plain = false;
    bool secure = false;
    for (const auto& line : linesOf(rounds)) {
        plain = plain || line.starts_with("ws://127.0.0.1:");
        secure = secure || line.starts_with("wss://127.0.0.1:");
    }
    CHECK(plain);
    CHECK(secure);
}

TEST_CASE("failures have exit codes")
{
    const Folder folder;
    const auto quiet = " --folder " + folder.path.string() + " > /dev/null 2>&1";
    CHECK(run(bench + " pairs" + tiny + " --server /bin/false" + quiet) == 1);
    CHECK(run(bench + " pairs" + tiny + " --connect ws://127.0.0.1:9" + quiet) == 1);
    CHECK(run(bench + " pairs" + tiny + " --during false" + quiet) == 1);
    CHECK(run(bench + " pears" + tiny + quiet) == 2);
    CHECK(run(bench + quiet) == 2);
    CHECK(run(bench + " --help" + quiet) == 0);
}

TEST_CASE("compare prints the ratios of two files")
{
    const Folder folder;
    const auto old = folder.path / "old";
    const auto fresh = folder.path / "new";
    const auto output = folder.path / "output";
    for (const auto& [file, factor] : {std::pair{old, 1}, std::pair{fresh, 2}}) {
        Report report(file.string());
        REQUIRE(report.isGood());
        for (const double value : {100, 110, 90})
            report.add("pairs 50x16", "throughput", "1/s", value * factor);
        report.add("pairs 50x16", "server_cpu", "us/msg", 7.5);
        report.add(factor == 1 ? "gone" : "come", "metric", "1/s", 1);
        report.finish();
    }
    REQUIRE(run(IMPULSE_SOURCE_DIR "/tests/bench/compare " + old.string() + ' ' + fresh.string() +
                " > " + output.string()) == 0);
    const auto lines = linesOf(output);
    REQUIRE(lines.size() == 5);
    CHECK(
        std::regex_match(lines[1], std::regex("pairs 50x16 +throughput +100 +200 1/s +2.000 \\*")));
    CHECK(
        std::regex_match(lines[2], std::regex("pairs 50x16 +server_cpu +7.5 +7.5 us/msg +1.000")));
    CHECK(std::regex_match(lines[3], std::regex("come +metric +1 1/s +only new")));
    CHECK(std::regex_match(lines[4], std::regex("gone +metric +1 +only old")));
    CHECK(run(IMPULSE_SOURCE_DIR "/tests/bench/compare " + old.string() + " > /dev/null 2>&1") ==
          2);
}
