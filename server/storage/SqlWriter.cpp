#include "server/storage/SqlWriter.h"

#include <limits>

namespace impulse::server {

namespace {

/// Bounded by what the writer's own inbox takes.
constexpr auto unbounded = std::numeric_limits<std::size_t>::max();

} // namespace

SqlWriter::SqlWriter(GroupWriter& writer)
    : m_writer(writer), m_wakeup(std::make_unique<Wakeup>([this] { finishWaiting(); })),
      m_finished(unbounded, [this] { m_wakeup->request(); })
{
}

SqlWriter::SqlWriter(GroupWriter& writer, std::function<void()> wake)
    : m_writer(writer), m_finished(unbounded, std::move(wake))
{
}

void SqlWriter::submit(std::unique_ptr<WriteJob> job)
{
    m_writer.submit({std::move(job), &m_finished});
}

void SqlWriter::finishWaiting()
{
    for (auto& finished : m_finished.takeAll())
        finished.job->finish(finished.failure);
}

} // namespace impulse::server
