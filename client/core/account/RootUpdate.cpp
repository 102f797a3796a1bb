#include "client/core/account/RootUpdate.h"

#include "client/core/state/SecretBridge.h"
#include "client/e2ee/RootUpdate.h"
#include "common/core/Logging.h"

namespace impulse::client {

void stageRootUpdate(WriteBatch& batch, LocalState& state, Outbox& outbox)
{
    auto& account = state.account;
    const auto owed = std::exchange(account.rootUpdateOwed, RootUpdateOwed::None);
    if (owed == RootUpdateOwed::None)
        return;
    e2ee::RootUpdateContent update;
    update.generation = static_cast<std::uint32_t>(account.generation);
    update.passwordSlot = account.passwordSlot;
    if (owed == RootUpdateOwed::Generation) {
        update.accountSeed = fromWire<crypto::AccountSeed>(account.accountSeed);
        update.archive = e2ee::ArchiveKeyOffer{account.archiveKey, account.archiveCertificate};
    }
    auto content = e2ee::writeContent(e2ee::Content(std::move(update)));
    if (content.ok())
        outbox.stageControl(batch, state.self(), std::move(content).value(), {});
    state.stageAccount(batch);
}

void takeRootUpdate(WriteBatch& batch, LocalState& state, const DirectoryKeeper& directory,
                    const e2ee::Opened& opened, const e2ee::RootUpdateContent& update)
{
    auto& account = state.account;
    const auto* latest = directory.knownDevices(state.self());
    if (!latest)
        return;
    const e2ee::OwnAccount own{state.self(), account.identityKey,
                               static_cast<std::uint32_t>(account.generation)};
    const auto checked = e2ee::checkRootUpdate(update, own, *latest, opened.sender.peer.device());
    if (!checked.ok()) {
        qCWarning(lcClient) << "keys from another own device were refused:"
                            << crypto::errorName(checked.error()).data();
        return;
    }
    if (update.generation != account.generation) {
        account.generation = update.generation;
        // The old one is of no use any more, and its certificate names the old generation.
        account.archiveKey = {};
        account.archiveCertificate = {};
    }
    if (update.accountSeed)
        account.accountSeed = toWire(*update.accountSeed);
    if (update.archive) {
        account.archiveKey = update.archive->key;
        account.archiveCertificate = update.archive->certificate;
    }
    // The slot of the local key stays as it is until the new password is typed here (1.5).
    if (update.passwordSlot) {
        account.passwordSlot = update.passwordSlot;
        // Those of the password before.
        account.passwordParameters.reset();
    }
    state.stageAccount(batch);
}

} // namespace impulse::client
