#pragma once

#include "client/core/message/Outbox.h"
#include "client/e2ee/Envelope.h"

/// What own devices tell each other about the password and the account's keys (encryption.md 4.5,
/// content type 20).
namespace impulse::client {

/// Queues what account.rootUpdateOwed says, and clears it.
void stageRootUpdate(WriteBatch& batch, LocalState& state, Outbox& outbox);

/// Takes the keys that another own device sent; the caller has opened the envelope. Nothing happens
/// if they are not to be believed.
void takeRootUpdate(WriteBatch& batch, LocalState& state, const DirectoryKeeper& directory,
                    const e2ee::Opened& opened, const e2ee::RootUpdateContent& update);

} // namespace impulse::client
