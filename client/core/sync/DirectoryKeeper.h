#pragma once

#include "client/core/link/ServerSession.h"
#include "client/core/sync/DirectoryReplica.h"
#include "client/e2ee/Envelope.h"
#include "common/crypto/DeviceLists.h"

#include <set>

namespace impulse::client {

/// The full replica of the directory log, the device lists of the people this client deals with,
/// and what follows from both: pins and the own monitor (encryption.md 1.2, 8.1, 8.3). Main thread.
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
    /// The log and the own lists; all that a device may read that has been removed. What they say
    /// about it is told by the signals.
    Task<Result<void, ClientError>> checkOwn();
    /// Every list of a user after this version, oldest first, unchecked.
    Task<Result<std::vector<Bytes>, ClientError>> downloadLists(UserId user, std::uint64_t after);
    /// A pushed entry: taken if it is the next, else everything is fetched.
    void takePush(const protocol::DirectoryPush& push);

    // After a restore of the server (encryption.md 8.3).

    /// The server of the open connection is in another life than the last one known, and it was not
    /// found yet where both logs agree. Until then nothing is taken from its log.
    bool isUnsettled() const;
    struct Comparison {
        /// The last position up to which both logs are the same.
        std::uint64_t common = 0;
        /// Both go on from there, each in its own way.
        bool isForked = false;
    };
    /// Reads the server's whole log and compares.
    Task<Result<Comparison, ClientError>> compareLog();
    /// Both logs agree up to here: what follows is forgotten, pins stay, and the server's log is
    /// followed from now on.
    void settle(std::uint64_t seq);
    /// Publishes own lists that the server's log has lost, in order, the same bytes.
    Task<Result<void, ClientError>> publishLost();
    /// Entries after a position, and the lists of entries after one: all own ones, the latest of
    /// others.
    View entriesAfter(std::uint64_t seq, std::size_t limit) const
    {
        return m_replica.entriesAfter(seq, limit);
    }
    std::vector<protocol::HandedList> listsAfter(std::uint64_t seq) const;
    /// All own lists, oldest first.
    std::vector<Bytes> ownLists() const;

    /// The verified current list of a person; fetched and pinned at first use. NotFound,
    /// SecurityCheckFailed or a network error.
    Task<Result<crypto::VerifiedDeviceList, ClientError>> devicesOf(UserId user);
    /// The same without asking the server; null if it is not known or has changed since.
    const crypto::VerifiedDeviceList* knownDevices(const UserId& user) const;

    bool isOpen() const { return m_replica.isOpen(); }
    const crypto::Directory& directory() const { return m_replica.log(); }
    /// Number of entries of this device's user and a peer together.
    std::uint64_t rosterVersion(const UserId& peer) const;

    /// The person's new identity is accepted: pinned, sending goes on.
    void acceptIdentity(ContactRecord& contact) const;
    /// What the server held when devices left was read: they are heard no more, and their sessions
    /// go (encryption.md 4.4).
    void endBacklog();
    /// True if the own list of this version, or the last one before it, holds the device.
    bool wasOwnDevice(const DeviceId& device, std::uint64_t version) const;

    std::optional<e2ee::Sender> sender(const UserId& user, const DeviceId& device) const override;
    /// The callers look events up before they open them.
    bool wasSeen(const DeviceId&, const MessageId&) const override { return false; }

Q_SIGNALS:
    /// A person's identity key is another one now.
    void identityChanged(const impulse::UserId& user);
    /// A person, or this account, has other devices than before.
    void devicesChanged(const impulse::UserId& user);
    void warning(const QString& text, bool red);
    /// Devices have left: what they sent before is to be read now, then endBacklog() is due.
    void devicesLeft();
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
    std::vector<Bytes> listsOnLog(const UserId& user, const Lists& lists) const;
    /// Takes lists into memory, checks them and stages what changes.
    Result<void, ClientError> takeLists(WriteBatch& batch, const UserId& user,
                                        std::vector<Bytes> lists);
    void noteLeft(const std::vector<crypto::VerifiedDeviceList>& before, const Lists& now);
    void noteLeftBefore(const Lists& lists);
    void updatePin(WriteBatch& batch, const UserId& user, const crypto::Accepted& accepted);
    void watchOwn(WriteBatch& batch, const Lists& now);
    void checkStanding(const Lists& own);
    void watchDeletion();
    std::optional<crypto::Pin> pinOf(const UserId& user) const;

    LocalState& m_state;
    ServerSession& m_session;
    DirectoryReplica m_replica;
    std::map<UserId, Lists> m_lists;
    /// Devices whose leaving was learnt, while what they sent before is being read.
    std::set<DeviceId> m_leftNow;
    bool m_deletionTold = false;
    /// The life of the server whose log agrees with this one.
    IncarnationId m_settledIn;
    Turn m_logTurn;
    Turn m_listTurn;
};

} // namespace impulse::client
