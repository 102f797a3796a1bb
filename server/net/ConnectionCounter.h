#pragma once

#include "server/core/Metrics.h"

#include <QHash>
#include <QHostAddress>
#include <QString>

#include <memory>
#include <mutex>

namespace impulse::server {

/// How addresses are told apart for limits: an IPv4 address, or the /64 of an IPv6 address, since
/// one household has a whole /64.
QString limitKey(const QHostAddress& address);

struct ConnectionLimits {
    int total = 20'000;
    int perAddress = 200;
    /// Of those in all: who has not logged in yet.
    int unauthenticated = 5'000;
};

/// Connections in all, per address and without a login. Any thread.
class ConnectionCounter {
public:
    /// Counts refusals there, if that is not null.
    explicit ConnectionCounter(const ConnectionLimits& limits,
                               std::shared_ptr<Metrics> metrics = nullptr)
        : m_limits(limits), m_metrics(std::move(metrics))
    {
    }

    /// One counted connection; gives its place back when it goes.
    class Place {
    public:
        Place() = default;
        Place(ConnectionCounter& counter, QString key) : m_counter(&counter), m_key(std::move(key))
        {
        }
        Place(Place&& other) noexcept
            : m_counter(std::exchange(other.m_counter, nullptr)), m_key(std::move(other.m_key)),
              m_unknown(other.m_unknown)
        {
        }
        Place& operator=(Place&& other) noexcept
        {
            std::swap(m_counter, other.m_counter);
            std::swap(m_key, other.m_key);
            std::swap(m_unknown, other.m_unknown);
            return *this;
        }
        ~Place()
        {
            if (m_counter)
                m_counter->release(m_key, m_unknown);
        }
        /// Who is behind it has logged in.
        void admit()
        {
            if (m_counter && std::exchange(m_unknown, false))
                m_counter->admit();
        }
        explicit operator bool() const { return m_counter != nullptr; }

    private:
        ConnectionCounter* m_counter = nullptr;
        QString m_key;
        bool m_unknown = true;
    };

    /// False (as a Place) above one of the limits. Behind a proxy the address is not known yet when
    /// the connection comes in: an empty key counts in all only.
    Place take(const QString& key);

    /// A connection that is refused for another reason than these limits.
    void countRefusal(ConnectionRefusal reason)
    {
        if (m_metrics)
            m_metrics->countRefusal(reason);
    }

    int total() const;
    /// Counts from now on; who is connected stays.
    void setLimits(const ConnectionLimits& limits);

private:
    void release(const QString& key, bool unknown);
    void admit();
    Place refuse(ConnectionRefusal reason)
    {
        countRefusal(reason);
        return {};
    }

    mutable std::mutex m_mutex;
    ConnectionLimits m_limits;
    const std::shared_ptr<Metrics> m_metrics;
    QHash<QString, int> m_perAddress;
    int m_total = 0;
    int m_unknown = 0;
};

} // namespace impulse::server
