-- What a restored database takes back from clients (encryption.md 8.3). meta has, set by the restore
-- command together with a new incarnation, restored_ms, 8 bytes big-endian; and hand_in, written when
-- the hand-in begins or ends.

-- The log may have entries of labels that nobody has claimed again: account is null. version counts
-- the entries of one label. list is null for a deletion (the hash is zeros), and until it is here.
ALTER TABLE directory ALTER COLUMN account DROP NOT NULL;
CREATE INDEX directory_by_label ON directory (label, version);

-- Entries that clients have handed in. Each is known by its head, which covers all before it, so that
-- logs that agree up to a point share their entries. parent is the head before. user_id: who came
-- first with it.
CREATE TABLE handed_entries (
    head BYTEA PRIMARY KEY,
    parent BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    label BYTEA NOT NULL,
    list_hash BYTEA NOT NULL,
    user_id BYTEA NOT NULL
);
CREATE INDEX handed_entries_by_user ON handed_entries (user_id);

-- Their lists, signatures checked.
CREATE TABLE handed_lists (
    list_hash BYTEA PRIMARY KEY,
    user_id BYTEA NOT NULL,
    list BYTEA NOT NULL
);

-- Where the logs of devices end.
CREATE TABLE handed_positions (
    device_id BYTEA PRIMARY KEY,
    user_id BYTEA NOT NULL,
    head BYTEA NOT NULL
);

UPDATE meta SET value = convert_to('5', 'UTF8') WHERE name = 'schema';
