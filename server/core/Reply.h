#pragma once

#include "server/core/Refusal.h"
#include "server/core/Session.h"

#include <utility>

namespace impulse::server {

/// The duty to answer one request, exactly once: a reply that is dropped unanswered answers
/// Internal. Lives on the I/O thread, or sleeps inside a job of the writer.
template <class Request> class Reply {
public:
    Reply(const std::shared_ptr<Session>& session, const Store& store, std::uint64_t id)
        : m_session(session), m_store(&store), m_id(id), m_due(true)
    {
        ++session->outstanding;
    }
    Reply(Reply&& other) noexcept
        : m_session(std::move(other.m_session)), m_store(other.m_store), m_id(other.m_id),
          m_due(std::exchange(other.m_due, false))
    {
    }
    Reply& operator=(Reply&&) = delete;
    ~Reply()
    {
        if (m_due)
            refuse(refusal(protocol::ErrorCode::Internal));
    }

    /// The session, if its connection is still there.
    std::shared_ptr<Session> session() const { return m_session.lock(); }

    /// Unavailable instead, if something that was read for this answer could not be read.
    void answer(const protocol::ResultOf<Request>& result)
    {
        if (storeFailed())
            send(protocol::encodeError(m_id, refusal(protocol::ErrorCode::Unavailable)));
        else
            send(protocol::encodeAnswer<Request>(m_id, result));
    }
    void refuse(const protocol::Error& error)
    {
        // A failure of the store comes first: the refusal may only follow from it.
        const auto code = protocol::ErrorCode::Unavailable;
        if (const auto session = m_session.lock();
            session && error.code == protocol::ErrorCode::RateLimited)
            session->countRefusal();
        send(protocol::encodeError(m_id, storeFailed() ? refusal(code) : error));
    }
    void refuse(protocol::ErrorCode code) { refuse(refusal(code)); }
    void finish(const Outcome<protocol::ResultOf<Request>>& outcome)
    {
        outcome ? answer(*outcome) : refuse(outcome.error());
    }

private:
    bool storeFailed() const { return !m_session.expired() && m_store->takeFailure(); }

    void send(View frame)
    {
        if (!std::exchange(m_due, false))
            return;
        const auto session = m_session.lock();
        if (!session)
            return;
        --session->outstanding;
        session->send(frame);
    }

    std::weak_ptr<Session> m_session;
    const Store* m_store;
    std::uint64_t m_id;
    bool m_due;
};

} // namespace impulse::server
