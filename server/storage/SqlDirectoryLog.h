#pragma once

#include "server/core/ports/DirectoryLog.h"
#include "server/storage/RowCache.h"

#include <functional>

namespace impulse::server {

/// Lives on its connection's thread.
class SqlDirectoryLog final : public DirectoryLog {
public:
    explicit SqlDirectoryLog(SqlConnection& connection) : m_connection(connection) {}

    std::uint64_t lastSeq() const override;
    std::vector<DirectoryEntry> entries(std::uint64_t after, std::size_t limit) const override;
    std::uint64_t version(const UserId& user) const override;
    std::optional<StoredList> latest(const UserId& user) const override;
    std::optional<LoggedList> latestAt(const UserId& user, std::uint64_t seq) const override;
    std::vector<Bytes> lists(const UserId& user, std::uint64_t afterVersion,
                             std::size_t limit) const override;
    std::uint64_t countSince(const UserId& user, std::uint64_t sinceMs) const override;
    std::vector<DeviceId> devices(const UserId& user) const override;

    std::uint64_t append(const NewDirectoryEntry& entry) override;

    std::optional<UserId> userOf(const Hash32& label) const override;
    std::vector<LabelEntry> history(const Hash32& label) const override;
    void supplyList(const Hash32& label, const Hash32& listHash, View list,
                    const std::vector<DeviceId>& devices) override;
    void claim(const Hash32& label, const UserId& user) override;

    /// Called when the lists of a person have changed, with whose they are.
    void setChanged(std::function<void(const UserId&)> changed) { m_changed = std::move(changed); }

private:
    void setDevices(const UserId& user, std::uint64_t account,
                    const std::vector<DeviceId>& devices);

    SqlConnection& m_connection;
    std::function<void(const UserId&)> m_changed;
    mutable RowCache<UserId, std::uint64_t, FixedHash> m_versions{m_connection};
    mutable RowCache<UserId, std::vector<DeviceId>, FixedHash> m_devices{m_connection};
};

} // namespace impulse::server
