#pragma once

#include <QHash>
#include <QHostAddress>
#include <QString>

#include <memory>
#include <mutex>

namespace impulse::server {

/// How addresses are told apart for limits: an IPv4 address, or the /64 of an IPv6 address, since
/// one household has a whole /64.
QString limitKey(const QHostAddress& address);

/// Connections in all and per address. Any thread.
class ConnectionCounter {
public:
    ConnectionCounter(int total, int perAddress) : m_totalLimit(total), m_addressLimit(perAddress)
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
            : m_counter(std::exchange(other.m_counter, nullptr)), m_key(std::move(other.m_key))
        {
        }
        Place& operator=(Place&& other) noexcept
        {
            std::swap(m_counter, other.m_counter);
            std::swap(m_key, other.m_key);
            return *this;
        }
        ~Place()
        {
            if (m_counter)
                m_counter->release(m_key);
        }
        explicit operator bool() const { return m_counter != nullptr; }

    private:
        ConnectionCounter* m_counter = nullptr;
        QString m_key;
    };

    /// False (as a Place) above one of the limits. Behind a proxy the address is not known yet when
    /// the connection comes in: an empty key counts in all only.
    Place take(const QString& key);

    int total() const;
    /// Counts from now on; who is connected stays.
    void setLimits(int total, int perAddress);

private:
    void release(const QString& key);

    mutable std::mutex m_mutex;
    int m_totalLimit;
    int m_addressLimit;
    QHash<QString, int> m_perAddress;
    int m_total = 0;
};

} // namespace impulse::server
