#pragma once

#include "server/core/ports/HandIns.h"
#include "server/storage/SqlConnection.h"

namespace impulse::server {

/// Lives on its connection's thread.
class SqlHandIns final : public HandIns {
public:
    explicit SqlHandIns(SqlConnection& connection) : m_connection(connection) {}

    RestoreStatus status() const override;
    bool isKnown(const Hash32& head) const override;
    std::vector<HandedEntry> entries() const override;
    std::uint64_t countOf(const UserId& user) const override;
    std::vector<HandedPosition> positions() const override;
    std::optional<HandedListRow> list(const Hash32& listHash) const override;

    void setProgress(std::uint64_t baseSeq, std::uint64_t endSeq, bool isOpen) override;
    void add(const HandedEntry& entry, const UserId& from) override;
    void addList(const Hash32& listHash, const HandedListRow& list) override;
    void setPosition(const HandedPosition& position) override;
    void clear() override;

private:
    Bytes meta(const char* name) const;
    void setMeta(const char* name, View value);

    SqlConnection& m_connection;
};

} // namespace impulse::server
