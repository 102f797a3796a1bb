#pragma once

#include "common/crypto/Password.h"
#include "common/crypto/Rng.h"
#include "common/crypto/Secret.h"

#include <string_view>

/// Encryption at rest (encryption.md 1.5). Pure functions.
namespace impulse::e2ee {

/// The key of everything this client stores; held by the OS keychain or by a slot under the
/// password.
using LocalDataKey = crypto::Secret<struct LocalDataKeyTag, 32>;
/// The key of the rows of one table.
using TableKey = crypto::Secret<struct TableKeyTag, 32>;

TableKey tableKey(const LocalDataKey& key, std::string_view table);

/// Seals one row. Table and row key are bound in: rows cannot be swapped. Draws 24.
Bytes sealRow(crypto::Rng& rng, const TableKey& key, std::string_view table, View rowKey,
              crypto::Input row);

/// Errors: Malformed, AuthFailed.
crypto::Result<Bytes> openRow(const TableKey& key, std::string_view table, View rowKey,
                              View sealed);

/// openRow for rows that hold keys. Errors: Malformed, AuthFailed.
crypto::Result<crypto::SecretBytes> openSecretRow(const TableKey& key, std::string_view table,
                                                  View rowKey, View sealed);

/// The local data key under the key that the password gives. Draws 24.
Bytes sealLocalDataKey(crypto::Rng& rng, const crypto::WrapKey& wrap, const UserId& user,
                       const LocalDataKey& key);

/// Errors: Malformed, AuthFailed (another password than this device was last opened with).
crypto::Result<LocalDataKey> openLocalDataKey(const crypto::WrapKey& wrap, const UserId& user,
                                              View slot);

} // namespace impulse::e2ee
