#pragma once

#include "server/core/Services.h"

namespace impulse::server {

/// `work(Store&)` gives an Outcome<T>; an error rolls back what it wrote. `done(Outcome<T>)` is
/// called on the I/O thread after the commit, unless the server has gone meanwhile.
template <class Work, class Done> class WriteTask final : public WriteJob {
    using Result = std::invoke_result_t<Work&, Store&>;

public:
    WriteTask(Services& services, Work work, Done done)
        : m_services(services), m_alive(services.alive), m_work(std::move(work)),
          m_done(std::move(done))
    {
    }

    Verdict run(Store& store) override
    {
        m_result.emplace(m_work(store));
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

/// For work that needs no answer.
template <class Work> void writeQuietly(Services& services, Work work)
{
    write(
        services,
        [work = std::move(work)](Store& store) mutable -> Outcome<protocol::Done> {
            work(store);
            return protocol::Done{};
        },
        [](const Outcome<protocol::Done>&) {});
}

} // namespace impulse::server
