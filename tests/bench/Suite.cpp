#include "tests/bench/Suite.h"

namespace impulse::bench {
namespace {

class SuiteRun {
public:
    SuiteRun(EventLoop& loop, Options options, Report& report)
        : m_loop(loop), m_options(std::move(options)), m_report(report)
    {
    }

    /// A case with the suite's options, changed by `change`.
    void run(const std::string& name, const std::function<void(Options&)>& change = {})
    {
        if (m_loop.failed())
            return;
        auto options = m_options;
        if (change)
            change(options);
        runCase({m_loop, options, m_report}, name);
    }

    /// The case with two servers side by side, if the server has the option that sets them apart.
    void compare(const std::string& name, const std::string& option, const std::string& first,
                 const std::string& second)
    {
        if (!m_options.url.empty() || !serverKnows(m_options, option))
            return;
        run(name, [&](Options& options) {
            const auto& common = m_options.servers.front();
            options.servers = {common + ' ' + first, common + ' ' + second};
        });
    }

private:
    EventLoop& m_loop;
    Options m_options;
    Report& m_report;
};

} // namespace

void runSuite(EventLoop& loop, const Options& options, Report& report)
{
    SuiteRun suite(loop, options, report);
    suite.run("pairs");
    suite.run("pairs", [](Options& each) { each.load.window = 1; });
    suite.run("rate", [](Options& each) { each.countsSyncs = false; });
    if (options.url.empty()) {
        suite.run("rate", [](Options& each) {
            each.countsSyncs = false;
            each.duringName = "a backup";
            each.during = "'" + each.program +
                          "' ctl --data \"$IMPULSE_BENCH_DATA\" backup "
                          "\"$IMPULSE_BENCH_DATA/backup\" >/dev/null && "
                          "rm -r \"$IMPULSE_BENCH_DATA/backup\"*";
        });
    }
    suite.run("group");
    suite.run("group", [](Options& each) { each.load.window = 1; });
    suite.run("logins");
    suite.run("storm");
    suite.run("slow");
    suite.run("idle");
    if (options.url.empty()) {
        suite.run("idle", [](Options& each) { each.usesTls = true; });
        suite.run("start");
    }
    suite.compare("pairs", "--certificate", "", "--wss");
    suite.compare("pairs", "--dispatcher", "--dispatcher qt", "--dispatcher epoll");
    suite.compare("idle", "--dispatcher", "--dispatcher qt", "--dispatcher epoll");
    suite.compare("pairs", "--group-commit", "--group-commit off", "--group-commit on");
}

} // namespace impulse::bench
