#include "tests/bench/Cases.h"
#include "tests/bench/Clock.h"
#include "tests/bench/Mailer.h"
#include "tests/bench/ProcessStats.h"

namespace impulse::bench {
namespace {

constexpr std::size_t pairsBeside = 100;
/// Long texts fill queues with few messages.
constexpr std::size_t longText = 16'000;
/// What each slow client is sent before the measurement: more than the server keeps for a
/// connection (2 MiB) and the kernel's buffers take.
constexpr std::size_t fillBytes = std::size_t{4} << 20;
/// Smallest that Linux allows, so that it is the server's queue that fills.
constexpr int receiveBuffer = 2304;
/// And while it is measured: one more for each, every second.
constexpr std::int64_t feedEveryNs = nsPerSecond;

/// Clients that log in, sync, and never read again, and for each somebody who writes to it.
class SlowClients {
public:
    SlowClients(Stage& stage, std::size_t count) : m_stage(stage), m_count(count) {}

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
        for (const auto& reader : m_readers)
            reader->socket().stopReading();
        for (const auto& writer : m_writers)
            m_mailers.push_back(std::make_unique<Mailer>(*writer, longText));
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

    /// When it is time for the next round.
    void feedIfDue()
    {
        if (nowNs() < m_nextNs)
            return;
        m_nextNs = nowNs() + feedEveryNs;
        feed();
    }

private:
    void feed()
    {
        ++m_written;
        for (std::size_t i = 0; i < m_count; ++i)
            m_mailers[i]->write(m_readers[i]->person(), m_written);
    }

    Stage& m_stage;
    std::size_t m_count;
    Stage::Devices m_readers;
    Stage::Devices m_writers;
    std::vector<std::unique_ptr<Mailer>> m_mailers;
    std::uint64_t m_written = 0;
    std::int64_t m_nextNs = 0;
};

void addBeside(Report& report, const std::string& name, const LoadResult& result)
{
    report.add(name, "delivery_p50", "ms", result.meter.delivery.quantileMs(0.5));
    report.add(name, "delivery_p99", "ms", result.meter.delivery.quantileMs(0.99));
    report.add(name, "delivery_max", "ms", result.meter.delivery.maxMs());
}

void measure(const Bench& bench, Stage& stage, const std::string& caseName)
{
    const auto count = bench.options.slow;
    auto spec = bench.options.load;
    spec.pairs = pairsBeside;
    spec.rate = bench.options.rate;
    if (!stage.prepare(2 * count + 4 * spec.pairs))
        return;
    const auto without = ChatLoad(stage, spec).run();
    const auto pid = stage.server().pid();
    const auto before = MemoryUse::of(pid);
    SlowClients clients(stage, count);
    if (bench.loop.failed() || !clients.connect() || !clients.fill())
        return;
    const auto filled = MemoryUse::of(pid);
    ChatLoad load(stage, spec);
    load.eachTurn = [&] { clients.feedIfDue(); };
    const auto with = load.run();
    if (bench.loop.failed())
        return;
    const auto after = MemoryUse::of(pid);
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
