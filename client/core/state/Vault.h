#pragma once

#include "client/core/ports/ClientStore.h"
#include "client/e2ee/LocalStore.h"

#include <map>

namespace impulse::client {

/// Seals and opens the rows of the local database (encryption.md 1.5). Main thread.
class Vault {
public:
    Vault();
    ~Vault();

    bool isOpen() const { return m_key.has_value(); }
    void open(e2ee::LocalDataKey key);
    void close();
    const e2ee::LocalDataKey& key() const { return *m_key; }

    Bytes seal(Table table, View rowKey, View row) const;
    /// Nothing if the row was damaged or moved.
    std::optional<Bytes> unseal(Table table, View rowKey, View sealed) const;

    /// Rows of events are sealed as a table of their own, under (sender, id).
    Bytes sealEvent(const DeviceId& sender, const MessageId& id, View row) const;
    std::optional<Bytes> unsealEvent(const DeviceId& sender, const MessageId& id,
                                     View sealed) const;

private:
    const e2ee::TableKey& tableKey(std::uint8_t table) const;

    std::optional<e2ee::LocalDataKey> m_key;
    mutable std::map<std::uint8_t, e2ee::TableKey> m_tableKeys;
};

} // namespace impulse::client
