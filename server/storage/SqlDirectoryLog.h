#pragma once

#include "server/core/ports/DirectoryLog.h"
#include "server/storage/SqlConnection.h"

namespace impulse::server {

/// Lives on its connection's thread.
class SqlDirectoryLog final : public DirectoryLog {
public:
    explicit SqlDirectoryLog(SqlConnection& connection) : m_connection(connection) {}

    std::uint64_t lastSeq() const override;
    std::vector<DirectoryEntry> entries(std::uint64_t after, std::size_t limit) const override;
    std::uint64_t version(const UserId& user) const override;
    std::optional<StoredList> latest(const UserId& user) const override;
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

private:
    void setDevices(std::uint64_t account, const std::vector<DeviceId>& devices);

    SqlConnection& m_connection;
};

} // namespace impulse::server
