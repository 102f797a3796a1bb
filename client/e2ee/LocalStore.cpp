#include "client/e2ee/LocalStore.h"

#include "common/crypto/Codec.h"
#include "common/crypto/Primitives.h"

namespace impulse::e2ee {
namespace {

using SlotKey = crypto::Secret<struct SlotKeyTag, 32>;

Bytes rowData(std::string_view table, View rowKey)
{
    return crypto::enc(crypto::label::storeAd, table, rowKey);
}

SlotKey slotKey(const crypto::WrapKey& wrap)
{
    return crypto::kdf32<SlotKey>(wrap, crypto::label::ldkKek);
}

Bytes slotData(const UserId& user)
{
    return crypto::enc(crypto::label::ldkSlotAd, user);
}

} // namespace

TableKey tableKey(const LocalDataKey& key, std::string_view table)
{
    return crypto::kdf32<TableKey>(key, crypto::label::storeTable, table);
}

Bytes sealRow(crypto::Rng& rng, const TableKey& key, std::string_view table, View rowKey,
              crypto::Input row)
{
    return crypto::seal(rng, key, crypto::label::storeRow, crypto::Ad{rowData(table, rowKey)}, row);
}

crypto::Result<Bytes> openRow(const TableKey& key, std::string_view table, View rowKey, View sealed)
{
    return crypto::open(key, crypto::label::storeRow, crypto::Ad{rowData(table, rowKey)}, sealed);
}

crypto::Result<crypto::SecretBytes> openSecretRow(const TableKey& key, std::string_view table,
                                                  View rowKey, View sealed)
{
    return crypto::openSecret(key, crypto::label::storeRow, crypto::Ad{rowData(table, rowKey)},
                              sealed);
}

Bytes sealLocalDataKey(crypto::Rng& rng, const crypto::WrapKey& wrap, const UserId& user,
                       const LocalDataKey& key)
{
    return crypto::seal(rng, slotKey(wrap), crypto::label::ldkSlot, crypto::Ad{slotData(user)},
                        key);
}

crypto::Result<LocalDataKey> openLocalDataKey(const crypto::WrapKey& wrap, const UserId& user,
                                              View slot)
{
    IMPULSE_TRY(const auto bytes, crypto::openSecret(slotKey(wrap), crypto::label::ldkSlot,
                                                     crypto::Ad{slotData(user)}, slot));
    crypto::Reader reader(bytes);
    auto key = reader.secret<LocalDataKey>();
    IMPULSE_CHECK(reader.finish());
    return key;
}

} // namespace impulse::e2ee
