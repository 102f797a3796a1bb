#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace impulse::server {

/// Numbers of a running server. Any thread adds, any thread reads, nobody waits. Counters only
/// grow; gauges go both ways.
struct Metrics {
    using Number = std::atomic<std::uint64_t>;

    /// A histogram as Prometheus has them. Bounds in microseconds, each twice the one before.
    class Histogram {
    public:
        static constexpr std::size_t buckets = 18;
        static constexpr std::uint64_t boundUs(std::size_t bucket)
        {
            return std::uint64_t{64} << bucket;
        }

        void add(std::uint64_t us)
        {
            std::size_t bucket = 0;
            while (bucket < buckets && us > boundUs(bucket))
                ++bucket;
            m_counts[bucket].fetch_add(1, std::memory_order_relaxed);
            m_sumUs.fetch_add(us, std::memory_order_relaxed);
        }
        /// Of one bucket alone; `buckets` is what lies above them all.
        std::uint64_t count(std::size_t bucket) const
        {
            return m_counts[bucket].load(std::memory_order_relaxed);
        }
        std::uint64_t sumUs() const { return m_sumUs.load(std::memory_order_relaxed); }

    private:
        std::array<Number, buckets + 1> m_counts{};
        Number m_sumUs = 0;
    };

    /// Adds to a gauge for as long as it lives.
    class Held {
    public:
        explicit Held(Number& gauge) : m_gauge(gauge) { ++m_gauge; }
        ~Held() { --m_gauge; }
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;

    private:
        Number& m_gauge;
    };

    /// What the main thread found when it looked last.
    void setAlive(bool alive)
    {
        m_alive.store(alive ? 1 : 0, std::memory_order_relaxed);
        m_lookedMs.store(uptimeMs(), std::memory_order_relaxed);
    }
    /// Not if it has not looked for a while: then that thread itself is stuck.
    bool isHealthy() const
    {
        constexpr std::uint64_t patienceMs = 10'000;
        return m_alive.load(std::memory_order_relaxed) != 0 &&
               uptimeMs() < m_lookedMs.load(std::memory_order_relaxed) + patienceMs;
    }
    std::uint64_t uptimeMs() const
    {
        using namespace std::chrono;
        return static_cast<std::uint64_t>(
            duration_cast<milliseconds>(steady_clock::now() - started).count());
    }

    const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();

    // Gauges.
    Number connections = 0;
    /// Connections that are logged in.
    Number sessions = 0;
    /// Jobs that wait for the writer.
    Number writerQueue = 0;
    /// Set now and then by the main thread.
    Number databaseBytes = 0;
    Number draining = 0;

    // Counters.
    Number framesIn = 0;
    Number framesOut = 0;
    /// Events that were stored.
    Number messagesIn = 0;
    /// Events that were pushed to a device.
    Number messagesOut = 0;
    Number rateLimited = 0;
    Number commits = 0;
    Number committedJobs = 0;
    /// From the beginning of a group's transaction to its durable end.
    Histogram commitTime;

private:
    Number m_alive = 1;
    Number m_lookedMs = 0;
};

} // namespace impulse::server
