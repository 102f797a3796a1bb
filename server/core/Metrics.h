#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace impulse::server {

/// What one I/O thread counts. That thread alone adds, so that counting takes no lock and no cache
/// line from the others; any thread reads.
class alignas(64) Traffic {
public:
    class Number {
    public:
        void add(std::uint64_t more = 1) { set(value() + more); }
        void remove(std::uint64_t fewer = 1) { set(value() - fewer); }
        std::uint64_t value() const { return m_value.load(std::memory_order_relaxed); }

    private:
        void set(std::uint64_t value) { m_value.store(value, std::memory_order_relaxed); }

        std::atomic<std::uint64_t> m_value = 0;
    };

    /// Adds to a gauge for as long as it lives.
    class Held {
    public:
        explicit Held(Number& gauge) : m_gauge(gauge) { m_gauge.add(); }
        ~Held() { m_gauge.remove(); }
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;

    private:
        Number& m_gauge;
    };

    // Gauges.
    Number connections;
    /// Connections that are logged in.
    Number sessions;

    // Counters, which only grow.
    Number framesIn;
    Number framesOut;
    /// Events that were stored.
    Number messagesIn;
    /// Events that were pushed to a device.
    Number messagesOut;
    /// Requests that a limit refused.
    Number rateLimited;
};

/// Why a connection was refused, before anything was read from it.
enum class ConnectionRefusal {
    /// max-connections.
    Total,
    /// max-connections-per-address.
    Address,
    /// max-unauthenticated-connections.
    Unauthenticated,
    /// `ctl drain`.
    Draining,
    /// No file descriptor is left for it.
    Descriptors,
    /// Too many wait for the I/O thread already.
    Busy
};

/// Numbers of a running server. Any thread reads, nobody waits for a reader.
class Metrics {
public:
    using Number = std::atomic<std::uint64_t>;

    /// Names of ConnectionRefusal, in its order.
    static constexpr std::array<const char*, 6> refusalReasons{
        "total", "address", "unauthenticated", "draining", "descriptors", "busy"};

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

    /// The numbers of another I/O thread.
    std::shared_ptr<Traffic> addThread()
    {
        const std::lock_guard lock(m_mutex);
        return m_threads.emplace_back(std::make_shared<Traffic>());
    }
    /// Of all I/O threads.
    std::uint64_t total(Traffic::Number Traffic::*number) const
    {
        const std::lock_guard lock(m_mutex);
        std::uint64_t sum = 0;
        for (const auto& thread : m_threads)
            sum += ((*thread).*number).value();
        return sum;
    }

    /// Any thread.
    void countRefusal(ConnectionRefusal reason)
    {
        m_refusals[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
    }
    /// By the place in refusalReasons.
    std::uint64_t refusals(std::size_t reason) const
    {
        return m_refusals[reason].load(std::memory_order_relaxed);
    }

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
            duration_cast<milliseconds>(steady_clock::now() - m_started).count());
    }

    /// Jobs that wait for the writer or are at work there.
    Number writerQueue = 0;
    // Set now and then by the main thread.
    /// Deliveries that wait for an I/O thread.
    Number deliveryQueue = 0;
    /// 0: not known yet.
    Number databaseBytes = 0;
    Number draining = 0;

    /// Groups that came to an end, stored or not.
    Number groups = 0;
    /// Jobs in groups that were stored.
    Number committedJobs = 0;
    /// From the beginning of a group's transaction to its durable end.
    Histogram commitTime;

private:
    const std::chrono::steady_clock::time_point m_started = std::chrono::steady_clock::now();
    Number m_alive = 1;
    Number m_lookedMs = 0;
    std::array<Number, refusalReasons.size()> m_refusals{};
    /// For the list, which changes at the start only; the numbers are atomic.
    mutable std::mutex m_mutex;
    std::vector<std::shared_ptr<Traffic>> m_threads;
};

} // namespace impulse::server
