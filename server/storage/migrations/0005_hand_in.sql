-- What a restored database takes back from clients (encryption.md 8.3). meta has, set by the restore
-- command together with a new incarnation, restored_ms, 8 bytes big-endian; and hand_in, written when
-- the hand-in begins or ends.

-- The log may have entries of labels that nobody has claimed again: account is null. version counts
-- the entries of one label. list is null for a deletion (the hash is zeros), and until it is here.
CREATE TABLE directory_with_labels (
    seq INTEGER PRIMARY KEY,
    account INTEGER REFERENCES accounts (id),
    version INTEGER NOT NULL,
    label BLOB NOT NULL,
    list_hash BLOB NOT NULL,
    list BLOB,
    server_ms INTEGER NOT NULL
);
INSERT INTO directory_with_labels (seq, account, version, label, list_hash, list, server_ms)
    SELECT seq, account, version, label, list_hash, list, server_ms FROM directory;
DROP TABLE directory;
ALTER TABLE directory_with_labels RENAME TO directory;
CREATE UNIQUE INDEX directory_by_account ON directory (account, version);
CREATE INDEX directory_by_label ON directory (label, version);

-- Entries that clients have handed in. Each is known by its head, which covers all before it, so that
-- logs that agree up to a point share their entries. parent is the head before. user_id: who came
-- first with it.
CREATE TABLE handed_entries (
    head BLOB PRIMARY KEY,
    parent BLOB NOT NULL,
    seq INTEGER NOT NULL,
    label BLOB NOT NULL,
    list_hash BLOB NOT NULL,
    user_id BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX handed_entries_by_user ON handed_entries (user_id);

-- Their lists, signatures checked.
CREATE TABLE handed_lists (
    list_hash BLOB PRIMARY KEY,
    user_id BLOB NOT NULL,
    list BLOB NOT NULL
) WITHOUT ROWID;

-- Where the logs of devices end.
CREATE TABLE handed_positions (
    device_id BLOB PRIMARY KEY,
    user_id BLOB NOT NULL,
    head BLOB NOT NULL
) WITHOUT ROWID;

PRAGMA user_version = 5;
