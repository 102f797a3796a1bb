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
    if (m_total >= m_totalLimit)
        return {};
    if (!key.isEmpty()) {
        auto& count = m_perAddress[key];
        if (count >= m_addressLimit)
            return {};
        ++count;
    }
    ++m_total;
    return {*this, key};
}

void ConnectionCounter::setLimits(int total, int perAddress)
{
    const std::lock_guard lock(m_mutex);
    m_totalLimit = total;
    m_addressLimit = perAddress;
}

int ConnectionCounter::total() const
{
    const std::lock_guard lock(m_mutex);
    return m_total;
}

void ConnectionCounter::release(const QString& key)
{
    const std::lock_guard lock(m_mutex);
    --m_total;
    if (key.isEmpty())
        return;
    const auto found = m_perAddress.find(key);
    if (found != m_perAddress.end() && --found.value() == 0)
        m_perAddress.erase(found);
}

} // namespace impulse::server
