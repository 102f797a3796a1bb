#include "client/core/state/Vault.h"

#include "common/crypto/Rng.h"

namespace impulse::client {

namespace {

constexpr std::uint8_t eventTable = 0;

/// The name that the seal binds a row to. Never changed: rows would no longer open.
std::string_view nameOf(std::uint8_t table)
{
    if (table == eventTable)
        return "event";
    switch (static_cast<Table>(table)) {
    case Table::Profile:
        return "profile";
    case Table::Account:
        return "account";
    case Table::Contact:
        return "contact";
    case Table::Conversation:
        return "conversation";
    case Table::Session:
        return "session";
    case Table::PreKey:
        return "prekey";
    case Table::Directory:
        return "directory";
    case Table::DeviceList:
        return "devicelist";
    case Table::Outbox:
        return "outbox";
    case Table::Outstanding:
        return "outstanding";
    case Table::Draft:
        return "draft";
    case Table::Value:
        return "value";
    case Table::SentFrame:
        return "sentframe";
    }
    return "unknown";
}

Bytes eventKey(const DeviceId& sender, const MessageId& id)
{
    Bytes key = toBytes(sender);
    key.insert(key.end(), id.data(), id.data() + id.size());
    return key;
}

} // namespace

Vault::Vault() = default;
Vault::~Vault() = default;

void Vault::open(e2ee::LocalDataKey key)
{
    m_tableKeys.clear();
    m_key = std::move(key);
}

void Vault::close()
{
    m_tableKeys.clear();
    m_key.reset();
}

const e2ee::TableKey& Vault::tableKey(std::uint8_t table) const
{
    const auto found = m_tableKeys.find(table);
    if (found != m_tableKeys.end())
        return found->second;
    return m_tableKeys.emplace(table, e2ee::tableKey(*m_key, nameOf(table))).first->second;
}

Bytes Vault::seal(Table table, View rowKey, View row) const
{
    const auto number = static_cast<std::uint8_t>(table);
    crypto::SystemRng rng;
    return e2ee::sealRow(rng, tableKey(number), nameOf(number), rowKey, row);
}

std::optional<Bytes> Vault::unseal(Table table, View rowKey, View sealed) const
{
    const auto number = static_cast<std::uint8_t>(table);
    auto row = e2ee::openRow(tableKey(number), nameOf(number), rowKey, sealed);
    if (!row.ok())
        return std::nullopt;
    return std::move(row).value();
}

Bytes Vault::sealEvent(const DeviceId& sender, const MessageId& id, View row) const
{
    crypto::SystemRng rng;
    return e2ee::sealRow(rng, tableKey(eventTable), nameOf(eventTable), eventKey(sender, id), row);
}

std::optional<Bytes> Vault::unsealEvent(const DeviceId& sender, const MessageId& id,
                                        View sealed) const
{
    auto row =
        e2ee::openRow(tableKey(eventTable), nameOf(eventTable), eventKey(sender, id), sealed);
    if (!row.ok())
        return std::nullopt;
    return std::move(row).value();
}

} // namespace impulse::client
