#include "tests/bench/Cases.h"
#include "tests/bench/Clock.h"
#include "tests/bench/Mailer.h"
#include "tests/bench/ProcessStats.h"

#include <fcntl.h>
#include <unistd.h>

namespace impulse::bench {
namespace {

constexpr std::size_t pairsBeside = 100;
/// Long texts fill queues with few messages.
constexpr std::size_t longText = 16'000;
/// What each slow client is sent before the measurement: more than the server keeps for a
/// connection (2 MiB) and the kernel's buffers take.
constexpr std::size_t fillBytes = std::size_t{4} << 20;
/// As many are sent the same and read it before the memory is looked at, so that the database's
/// page cache (64 MiB) is full by then.
constexpr std::size_t cacheFillers = 24;
/// Smallest that Linux allows, so that it is the server's queue that fills.
constexpr int receiveBuffer = 2304;
/// And while it is measured: one message of usual length for each every second, one after the
/// other.
constexpr std::int64_t feedEveryNs = nsPerSecond;

/// Clients that log in, sync, and from then on read or never read again; and for each somebody who
/// writes to it.
class Readers {
public:
    enum class Kind { Read, NeverRead };
    Readers(Stage& stage, Kind kind, std::size_t count)
        : m_stage(stage), m_kind(kind), m_count(count)
    {
    }

    bool connect()
    {
        const auto accounts = m_stage.take(2 * m_count);
        if (accounts.size() < 2 * m_count)
            return false;
        const std::span all(accounts);
        m_readers = m_stage.devicesOf(all.first(m_count));
        m_writers = m_stage.devicesOf(all.subspan(m_count));
        if (!m_stage.connectAll(m_readers, Device::Goal::Synced, receiveBuffer) ||
            !m_stage.connectAll(m_writers))
            return false;
        if (m_kind == Kind::NeverRead) {
            for (const auto& reader : m_readers)
                reader->socket().stopReading();
        }
        for (const auto& writer : m_writers)
            m_mailers.push_back(std::make_unique<Mailer>(*writer));
        return true;
    }

    bool fill()
    {
        for (std::size_t i = 0; i < fillBytes / longText; ++i)
            feed();
        const bool done = m_stage.loop().run(nowNs() + Stage::stepLimitNs, [this] {
            return std::ranges::all_of(m_mailers, [](const auto& each) { return each->isDone(); });
        });
        if (!done)
            m_stage.loop().fail("messages to clients that do not read are not acknowledged");
        return done;
    }

    /// To be called often: writes those whose time has come.
    void feedIfDue(std::size_t textBytes)
    {
        const auto now = nowNs();
        if (m_begunNs == 0)
            m_begunNs = now;
        const auto due = static_cast<std::uint64_t>(now - m_begunNs) * m_count / feedEveryNs;
        for (; m_fed < due; ++m_fed) {
            const auto i = m_fed % m_count;
            m_mailers[i]->write(m_readers[i]->person(), m_written + 1 + m_fed / m_count, textBytes);
        }
    }

    void leave()
    {
        for (const auto& reader : m_readers)
            reader->disconnect();
    }

private:
    void feed()
    {
        ++m_written;
        for (std::size_t i = 0; i < m_count; ++i)
            m_mailers[i]->write(m_readers[i]->person(), m_written, longText);
    }

    Stage& m_stage;
    Kind m_kind;
    std::size_t m_count;
    Stage::Devices m_readers;
    Stage::Devices m_writers;
    std::vector<std::unique_ptr<Mailer>> m_mailers;
    std::uint64_t m_written = 0;
    std::int64_t m_begunNs = 0;
    std::uint64_t m_fed = 0;
};

void addBeside(Report& report, const std::string& name, const LoadResult& result)
{
    report.add(name, "delivery_p50", "ms", result.meter.delivery.quantileMs(0.5));
    report.add(name, "delivery_p99", "ms", result.meter.delivery.quantileMs(0.99));
    report.add(name, "delivery_max", "ms", result.meter.delivery.maxMs());
}

/// Until neither the server nor the disk has anything to catch up with: after 800 MB it goes on
/// moving its write-ahead log into the database file for a while.
void settle(Stage& stage)
{
    constexpr std::int64_t stepNs = nsPerSecond / 2;
    constexpr double restUs = 20'000;
    const auto pid = stage.server().pid();
    const auto untilNs = nowNs() + Stage::stepLimitNs;
    double usedUs = 0;
    do {
        const int folder =
            open(stage.server().dataFolder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        syncfs(folder);
        close(folder);
        const auto beforeUs = cpuUsOf(pid);
        if (!stage.loop().runFor(stepNs))
            return;
        usedUs = cpuUsOf(pid) - beforeUs;
    } while (usedUs > restUs && nowNs() < untilNs);
}

void measure(const Bench& bench, Stage& stage, const std::string& caseName)
{
    const auto count = bench.options.slow;
    auto spec = bench.options.load;
    spec.pairs = pairsBeside;
    spec.rate = bench.options.rate;
    if (!stage.prepare(2 * count + 2 * cacheFillers + 4 * spec.pairs))
        return;
    Readers fillers(stage, Readers::Kind::Read, cacheFillers);
    if (bench.loop.failed() || !fillers.connect() || !fillers.fill())
        return;
    const auto pid = stage.server().pid();
    const auto before = MemoryUse::of(pid);
    Readers clients(stage, Readers::Kind::NeverRead, count);
    if (!clients.connect() || !clients.fill())
        return;
    const auto measureLoad = [&](std::function<void()> eachTurn) {
        settle(stage);
        ChatLoad load(stage, spec);
        load.eachTurn = std::move(eachTurn);
        return load.run();
    };
    const auto filled = MemoryUse::of(pid);
    const auto with = measureLoad([&] { clients.feedIfDue(spec.textBytes); });
    const auto after = MemoryUse::of(pid);
    // The pairs alone, on the same database, which the others have made large.
    clients.leave();
    const auto without = measureLoad({});
    if (bench.loop.failed())
        return;
    auto& report = bench.report;
    addBeside(report, caseName + " without", without);
    addBeside(report, caseName, with);
    report.add(caseName, "delivery_p99_ratio", "ratio",
               with.meter.delivery.quantileMs(0.99) / without.meter.delivery.quantileMs(0.99));
    if (pid > 0) {
        const auto most = std::max(filled.privateBytes, after.privateBytes);
        report.add(caseName, "memory_growth", "B/conn",
                   (static_cast<double>(most) - static_cast<double>(before.privateBytes)) /
                       static_cast<double>(count));
    }
}

} // namespace

void runSlow(const Bench& bench)
{
    onFreshServers(bench, "slow " + std::to_string(bench.options.slow) + tlsNote(bench.options),
                   [&](Stage& stage, const std::string& name) { measure(bench, stage, name); });
}

} // namespace impulse::bench
