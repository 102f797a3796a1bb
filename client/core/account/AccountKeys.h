#pragma once

#include "client/core/link/ServerConnection.h"
#include "client/core/state/LocalState.h"
#include "common/crypto/Identity.h"
#include "common/crypto/Login.h"

namespace impulse::client {

/// This device's keys, from the account record.
crypto::Device deviceOf(const LocalState& state);

/// What both sides of the present connection know (encryption.md 2.3).
crypto::Hello loginHello(const ServerConnection& connection);

/// The login of this device on the present connection.
protocol::DeviceLogin deviceLogin(const LocalState& state, const ServerConnection& connection);

/// One-time prekeys and, if `replaceSigned`, a signed prekey, new and counted in the session store.
/// The caller stages the sessions before anything is sent.
crypto::Result<protocol::UploadPrekeys> makePrekeys(LocalState& state, bool replaceSigned,
                                                    bool replaceOneTime, std::size_t count);

} // namespace impulse::client
