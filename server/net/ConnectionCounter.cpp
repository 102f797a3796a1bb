#include "server/net/ConnectionCounter.h"

namespace impulse::server {

QString limitKey(const QHostAddress& address)
{
    bool isIpv4 = false;
    const auto ipv4 = address.toIPv4Address(&isIpv4);
    if (isIpv4)
        return QHostAddress(ipv4).toString();
    auto ipv6 = address.toIPv6Address();
    for (int i = 8; i < 16; ++i)
        ipv6[i] = 0;
    return QHostAddress(ipv6).toString();
}

ConnectionCounter::Place ConnectionCounter::take(const QString& key)
{
    const std::lock_guard lock(m_mutex);
    if (m_total >= m_limits.total)
        return refuse(ConnectionRefusal::Total);
    if (m_unknown >= m_limits.unauthenticated)
        return refuse(ConnectionRefusal::Unauthenticated);
    if (!key.isEmpty()) {
        auto& count = m_perAddress[key];
        if (count >= m_limits.perAddress)
            return refuse(ConnectionRefusal::Address);
        ++count;
    }
    ++m_total;
    ++m_unknown;
    return {*this, key};
}

void ConnectionCounter::setLimits(const ConnectionLimits& limits)
{
    const std::lock_guard lock(m_mutex);
    m_limits = limits;
}

void ConnectionCounter::admit()
{
    const std::lock_guard lock(m_mutex);
    --m_unknown;
}

int ConnectionCounter::total() const
{
    const std::lock_guard lock(m_mutex);
    return m_total;
}

void ConnectionCounter::release(const QString& key, bool unknown)
{
    const std::lock_guard lock(m_mutex);
    --m_total;
    m_unknown -= unknown;
    if (key.isEmpty())
        return;
    const auto found = m_perAddress.find(key);
    if (found != m_perAddress.end() && --found.value() == 0)
        m_perAddress.erase(found);
}

} // namespace impulse::server
