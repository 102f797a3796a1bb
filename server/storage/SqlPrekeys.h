#pragma once

#include "server/core/ports/Prekeys.h"
#include "server/storage/SqlConnection.h"

namespace impulse::server {

/// Lives on its connection's thread.
class SqlPrekeys final : public Prekeys {
public:
    explicit SqlPrekeys(SqlConnection& connection) : m_connection(connection) {}

    std::optional<StoredPrekey> signedPrekey(const DeviceId& device) const override;
    std::vector<std::uint64_t> oneTimeIds(const DeviceId& device) const override;
    std::uint64_t highestOneTimeId(const DeviceId& device) const override;

    void setSignedPrekey(const DeviceId& device, const StoredPrekey& prekey) override;
    void addOneTime(const DeviceId& device, const StoredPrekey& prekey) override;
    std::optional<StoredPrekey> takeOneTime(const DeviceId& device) override;
    void clearOneTime(const DeviceId& device) override;
    void erase(const DeviceId& device) override;

private:
    SqlConnection& m_connection;
};

} // namespace impulse::server
