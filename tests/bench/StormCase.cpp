#include "tests/bench/Cases.h"
#include "tests/bench/Clock.h"
#include "tests/bench/FrameHead.h"
#include "tests/bench/Mailer.h"
#include "tests/bench/ProcessStats.h"

namespace impulse::bench {
namespace {

constexpr std::size_t conversationsEach = 10;
/// Events that a device knows of each conversation before the first run, and misses before each.
constexpr std::uint64_t knownAtFirst = 1;
constexpr std::uint64_t missedEach = 2;
constexpr std::uint64_t fetchLimit = 200;
constexpr std::uint64_t firstFetchId = 100;

/// How far the devices of a storm are.
struct Progress {
    std::size_t loggedIn = 0;
    std::size_t done = 0;
    Histogram times;
};

/// A device that comes back: Sync with what it has, then one fetch for each conversation that is
/// further on. What comes must be exactly what it missed.
class Returner final : public FrameSink {
public:
    Returner(Device& device, std::vector<protocol::LogPosition> positions, Progress& progress)
        : m_device(device), m_positions(std::move(positions)), m_progress(progress)
    {
        std::ranges::sort(m_positions, {}, &protocol::LogPosition::conversationId);
        device.setSink(this);
    }

    void connect(const Target& target)
    {
        m_begunNs = nowNs();
        m_device.connect(target, Device::Goal::Synced, m_positions);
    }

    /// Everything known so far; for what is sent between two storms.
    void addKnown(std::uint64_t count)
    {
        for (auto& position : m_positions)
            position.seq += count;
    }
    void leave() { m_device.disconnect(); }

    void onReady(Device& device, std::int64_t) override { fetchAll(device); }

    void onFrame(Device& device, View frame, std::int64_t readNs) override
    {
        const auto kind = FrameHead(frame).kind;
        if (kind == protocol::errorKind)
            return device.failWith(frame);
        if (kind == protocol::kindOf<protocol::FetchEvents> + protocol::answerOffset)
            takePage(frame, readNs);
    }

private:
    void fetchAll(Device& device)
    {
        ++m_progress.loggedIn;
        const auto& heads = device.syncResult().conversations;
        if (heads.size() != m_positions.size())
            return device.fail("a Sync names " + std::to_string(heads.size()) + " conversations");
        // Both are ascending.
        for (std::size_t i = 0; i < heads.size(); ++i) {
            const auto& known = m_positions[i];
            if (heads[i].conversationId != known.conversationId ||
                heads[i].lastSeq != known.seq + missedEach)
                return device.fail("a Sync names another conversation or log number");
            device.request(firstFetchId + i,
                           protocol::FetchEvents{known.conversationId, known.seq, fetchLimit});
        }
        m_pagesLeft = heads.size();
    }

    void takePage(View frame, std::int64_t readNs)
    {
        const auto page = protocol::decodeAnswer<protocol::FetchEvents>(frame);
        FrameHead head(frame);
        head.skipKey(1);
        const auto index = head.readUnsigned() - firstFetchId;
        if (!page || index >= m_positions.size())
            return m_device.fail("a malformed EventPage");
        auto next = m_positions[index].seq;
        for (const auto& event : page.value().events) {
            if (event.seq != ++next || !event.body || !event.wrap)
                return m_device.fail("a fetched event is not the next one or not whole");
        }
        if (page.value().events.size() != missedEach || m_pagesLeft == 0)
            return m_device.fail("a page has too few or too many events");
        if (--m_pagesLeft == 0) {
            ++m_progress.done;
            m_progress.times.add(readNs - m_begunNs);
        }
    }

    Device& m_device;
    std::vector<protocol::LogPosition> m_positions;
    std::size_t m_pagesLeft = 0;
    Progress& m_progress;
    std::int64_t m_begunNs = 0;
};

/// The devices of the storm and those who write to them while they are away.
class Storm {
public:
    Storm(Stage& stage, std::size_t count) : m_stage(stage), m_count(count) {}

    bool prepare()
    {
        // A tenth as many writers as devices, so that each conversation has two people of its own.
        const auto writerCount = std::max(conversationsEach, m_count / conversationsEach);
        m_accounts = m_stage.take(m_count + writerCount);
        if (m_accounts.size() < m_count + writerCount)
            return false;
        const std::span accounts(m_accounts);
        m_devices = m_stage.devicesOf(accounts.first(m_count));
        m_writers = m_stage.devicesOf(accounts.subspan(m_count));
        for (std::size_t i = 0; i < m_count; ++i) {
            std::vector<protocol::LogPosition> positions;
            for (std::size_t k = 0; k < conversationsEach; ++k)
                positions.push_back(
                    {m_devices[i]->person().conversationWith(writerOf(i, k).person()), 0});
            m_returners.push_back(
                std::make_unique<Returner>(*m_devices[i], std::move(positions), m_progress));
        }
        return writeToAll(knownAtFirst) && (addKnown(knownAtFirst), true);
    }

    bool writeMissed() { return writeToAll(missedEach); }

    /// One storm, after writeMissed(): seconds until all are in sync. Nothing if it failed.
    std::optional<double> run()
    {
        m_progress = {};
        std::size_t begun = 0;
        const auto begunNs = nowNs();
        const auto proceed = [&] {
            for (; begun < m_count && begun - m_progress.loggedIn < Stage::parallel; ++begun)
                m_returners[begun]->connect(m_stage.server().target());
            return m_progress.done == m_count;
        };
        if (!m_stage.loop().run(nowNs() + Stage::stepLimitNs, proceed)) {
            m_stage.loop().fail("not all devices come back");
            return std::nullopt;
        }
        const auto seconds = static_cast<double>(nowNs() - begunNs) / 1e9;
        for (const auto& returner : m_returners)
            returner->leave();
        addKnown(missedEach);
        return seconds;
    }

    const Histogram& times() const { return m_progress.times; }

private:
    Device& writerOf(std::size_t device, std::size_t k)
    {
        return *m_writers[(device + k) % m_writers.size()];
    }

    void addKnown(std::uint64_t count)
    {
        for (const auto& returner : m_returners)
            returner->addKnown(count);
    }

    /// Everybody who writes comes, writes so many messages in each conversation, and leaves.
    bool writeToAll(std::uint64_t count)
    {
        auto& loop = m_stage.loop();
        if (!m_stage.connectAll(m_writers))
            return false;
        std::vector<std::unique_ptr<Mailer>> mailers;
        for (const auto& writer : m_writers)
            mailers.push_back(std::make_unique<Mailer>(*writer));
        for (std::uint64_t n = 1; n <= count; ++n) {
            for (std::size_t i = 0; i < m_count; ++i) {
                for (std::size_t k = 0; k < conversationsEach; ++k)
                    mailers[(i + k) % mailers.size()]->write(m_devices[i]->person(), m_written + n,
                                                             LoadSpec().textBytes);
            }
        }
        m_written += count;
        const bool done = loop.run(nowNs() + Stage::stepLimitNs, [&] {
            return std::ranges::all_of(mailers, [](const auto& each) { return each->isDone(); });
        });
        mailers.clear();
        for (const auto& writer : m_writers)
            writer->disconnect();
        if (!done)
            loop.fail("the events before the storm are not acknowledged");
        return done;
    }

    Stage& m_stage;
    std::size_t m_count;
    std::vector<Account*> m_accounts;
    Stage::Devices m_devices;
    Stage::Devices m_writers;
    Progress m_progress;
    std::vector<std::unique_ptr<Returner>> m_returners;
    std::uint64_t m_written = 0;
};

} // namespace

void runStorm(const Bench& bench)
{
    const auto& options = bench.options;
    const std::string caseName = "storm " + std::to_string(options.storm) + tlsNote(options);
    for (const auto& variant : variantsOf(options)) {
        const auto name = nameOf(caseName, variant);
        Stage stage(bench.loop, variant.choice);
        if (!stage.start())
            return;
        Storm storm(stage, options.storm);
        if (!storm.prepare())
            return;
        for (int run = 0; run < options.runs; ++run) {
            if (!storm.writeMissed())
                return;
            const auto serverUs = cpuUsOf(stage.server().pid());
            const auto ownUs = ownCpuUs();
            const auto seconds = storm.run();
            if (!seconds)
                return;
            const auto& times = storm.times();
            bench.report.add(name, "all_in_sync", "s", *seconds);
            bench.report.add(name, "device_p50", "ms", times.quantileMs(0.5));
            bench.report.add(name, "device_p99", "ms", times.quantileMs(0.99));
            bench.report.add(name, "generator_cpu", "us/dev",
                             (ownCpuUs() - ownUs) / static_cast<double>(options.storm));
            if (stage.server().pid() > 0)
                bench.report.add(name, "server_cpu", "us/dev",
                                 (cpuUsOf(stage.server().pid()) - serverUs) /
                                     static_cast<double>(options.storm));
        }
    }
    addRatios(bench, caseName);
}

} // namespace impulse::bench
