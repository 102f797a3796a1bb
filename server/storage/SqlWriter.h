#pragma once

#include "server/storage/GroupWriter.h"

#include <QObject>

namespace impulse::server {

/// The way of one I/O thread to the writer thread, and of its jobs back. Lives on the I/O thread,
/// outlives its jobs in the GroupWriter: stop that one first.
class SqlWriter final : public QObject, public Writer {
    Q_OBJECT

public:
    explicit SqlWriter(GroupWriter& writer, QObject* parent = nullptr);

    void submit(std::unique_ptr<WriteJob> job) override;

protected:
    void customEvent(QEvent* event) override;

private:
    GroupWriter& m_writer;
    FinishedJobs m_finished;
};

} // namespace impulse::server
