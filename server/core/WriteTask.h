#pragma once

#include "server/core/Services.h"

namespace impulse::server {

/// Both forms of the work of a WriteTask.
template <class Work> auto callWork(Work& work, Store& store, Deliveries& out)
{
    if constexpr (std::is_invocable_v<Work&, Store&, Deliveries&>)
        return work(store, out);
    else
        return work(store);
}

/// `work(Store&)` or `work(Store&, Deliveries&)` gives an Outcome<T>; an error rolls back what it
/// wrote, and nothing of it is delivered. `done(Outcome<T>)` is called on the I/O thread after the
/// commit, unless the server has gone meanwhile.
template <class Work, class Done> class WriteTask final : public WriteJob {
    using Result = decltype(callWork(std::declval<Work&>(), std::declval<Store&>(),
                                     std::declval<Deliveries&>()));

public:
    WriteTask(Services& services, Work work, Done done)
        : m_services(services), m_alive(services.alive), m_work(std::move(work)),
          m_done(std::move(done))
    {
    }

    Verdict run(Store& store, Deliveries& out) override
    {
        m_result.emplace(callWork(m_work, store, out));
        return m_result->ok() ? Verdict::Keep : Verdict::Discard;
    }

    void finish(std::optional<WriteFailure> failure) override
    {
        if (m_alive.expired())
            return;
        // What earlier pushes failed to read is not this answer's fault.
        (void)m_services.store.takeFailure();
        if (failure || !m_result)
            m_done(Result(Failure{refusal(failure.value_or(WriteFailure::Unavailable))}));
        else
            m_done(std::move(*m_result));
    }

private:
    Services& m_services;
    const std::weak_ptr<const int> m_alive;
    Work m_work;
    Done m_done;
    std::optional<Result> m_result;
};

template <class Work, class Done> void write(Services& services, Work work, Done done)
{
    services.writer.submit(
        std::make_unique<WriteTask<Work, Done>>(services, std::move(work), std::move(done)));
}

/// For work that needs no answer: work(Store&, Deliveries&).
template <class Work> void writeQuietly(Services& services, Work work)
{
    write(
        services,
        [work = std::move(work)](Store& store, Deliveries& out) mutable -> Outcome<protocol::Done> {
            work(store, out);
            return protocol::Done{};
        },
        [](const Outcome<protocol::Done>&) {});
}

} // namespace impulse::server
