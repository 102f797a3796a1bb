#pragma once

#include <functional>

namespace impulse::client {

/// Runs long work (Argon2id: a second and 256 MiB) beside the main thread.
class WorkerPool {
public:
    virtual ~WorkerPool() = default;

    /// Runs `work` on another thread, then `done` on the main thread's event loop. `done` is
    /// dropped if the pool is destroyed first.
    virtual void run(std::function<void()> work, std::function<void()> done) = 0;
};

} // namespace impulse::client
