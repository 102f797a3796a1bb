#pragma once

#include "client/core/link/ServerSession.h"
#include "client/e2ee/Envelope.h"
#include "common/crypto/DeviceLists.h"

#include <set>

namespace impulse::client {

/// The full replica of the directory log, the device lists of the people this client deals with,
/// and what follows from both: pins, the own monitor, gossip (encryption.md 1.2, 8.1, 8.3). Main
/// thread.
class DirectoryKeeper : public QObject, public e2ee::EnvelopeContext {
    Q_OBJECT
public:
    DirectoryKeeper(LocalState& state, ServerSession& session, QObject* parent = nullptr);
    ~DirectoryKeeper() override;

    /// Reads the stored log and lists. DatabaseCorrupt.
    Task<Result<void, ClientError>> load();
    void clear();
    /// Begins an empty replica for this server (a new account).
    void begin(const ServerId& server);
    /// Stages all of it (a new account's database).
    void stageAll(WriteBatch& batch) const;

    /// Fetches what is new in the log, then every list that a known person has published since.
    /// DirectoryForked if the server's log is not a continuation of the one known.
    Task<Result<void, ClientError>> sync();
    /// The log alone; for a device that is not in its account yet.
    Task<Result<void, ClientError>> fetchLog();
    /// Every list of a user after this version, oldest first, unchecked.
    Task<Result<std::vector<Bytes>, ClientError>> downloadLists(UserId user, std::uint64_t after);
    /// A pushed entry: taken if it is the next, else everything is fetched.
    void takePush(const protocol::DirectoryPush& push);

    /// The verified current list of a person; fetched and pinned at first use. NotFound,
    /// SecurityCheckFailed or a network error.
    Task<Result<crypto::VerifiedDeviceList, ClientError>> devicesOf(UserId user);
    /// The same without asking the server; null if it is not known or has changed since.
    const crypto::VerifiedDeviceList* knownDevices(const UserId& user) const;

    const crypto::Directory& directory() const { return *m_directory; }
    /// Number of entries of this device's user and a peer together.
    std::uint64_t rosterVersion(const UserId& peer) const;

    /// What a wrap said about the sender's view of the log (encryption.md 8.3).
    void noteGossip(const UserId& from, const crypto::DirectoryHead& theirs);

    /// The person's new identity is accepted: pinned, sending goes on.
    void acceptIdentity(ContactRecord& contact) const;
    /// The backlog has been read: devices that have left are heard no more (encryption.md 4.4).
    void endBacklog() { m_leftNow.clear(); }

    std::optional<e2ee::Sender> sender(const UserId& user, const DeviceId& device) const override;
    /// The callers look events up before they open them.
    bool wasSeen(const DeviceId&, const MessageId&) const override { return false; }

Q_SIGNALS:
    /// A person's identity key is another one now.
    void identityChanged(const impulse::UserId& user);
    /// A person, or this account, has other devices than before.
    void devicesChanged(const impulse::UserId& user);
    void warning(const QString& text, bool red);
    /// This device is not in the newest own list any more; `lockedOut`: by a new generation
    /// (encryption.md 1.4).
    void ownDeviceRemoved(bool lockedOut);

private:
    struct Lists {
        /// By version; as the server gave them.
        std::map<std::uint64_t, Bytes> raw;
        /// Those that count, oldest first; the last one is current.
        std::vector<crypto::VerifiedDeviceList> valid;
    };

    Task<Result<void, ClientError>> fetchLists(UserId user);
    Task<void> checkAhead(UserId from, crypto::DirectoryHead theirs);
    /// Takes lists into memory, checks them and stages what changes.
    Result<void, ClientError> takeLists(WriteBatch& batch, const UserId& user,
                                        std::vector<Bytes> lists);
    void noteLeft(const UserId& user, const std::vector<crypto::VerifiedDeviceList>& before,
                  const Lists& now);
    void updatePin(WriteBatch& batch, const UserId& user, const crypto::Accepted& accepted);
    void watchOwn(WriteBatch& batch, const crypto::VerifiedDeviceList& list);
    std::optional<crypto::Pin> pinOf(const UserId& user) const;
    void stageEntries(WriteBatch& batch, std::uint64_t fromSeq) const;
    void warnOfFork(const UserId& from);

    LocalState& m_state;
    ServerSession& m_session;
    std::unique_ptr<crypto::Directory> m_directory;
    /// The log as it came, 72 bytes an entry.
    Bytes m_entries;
    std::map<UserId, Lists> m_lists;
    /// Devices whose leaving was learnt since the backlog began.
    std::set<DeviceId> m_leftNow;
    Turn m_logTurn;
    Turn m_listTurn;
    std::set<UserId> m_forkReporters;
    std::map<UserId, std::uint64_t> m_gossipMs;
};

} // namespace impulse::client
