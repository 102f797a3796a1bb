#include "server/storage/SqlWriter.h"

#include <QCoreApplication>
#include <QEvent>

#include <limits>

namespace impulse::server {

SqlWriter::SqlWriter(GroupWriter& writer, QObject* parent)
    : QObject(parent), m_writer(writer),
      // Bounded by what the writer's own inbox takes.
      m_finished(std::numeric_limits<std::size_t>::max(),
                 [this] { QCoreApplication::postEvent(this, new QEvent(QEvent::User)); })
{
}

void SqlWriter::submit(std::unique_ptr<WriteJob> job)
{
    m_writer.submit({std::move(job), &m_finished});
}

void SqlWriter::customEvent(QEvent*)
{
    for (auto& finished : m_finished.takeAll())
        finished.job->finish(finished.failure);
}

} // namespace impulse::server
