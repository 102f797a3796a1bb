-- Ids of people, devices and conversations are random or hashes; every other table refers to them by
-- small integers, so that no large table has an index over random keys.

PRAGMA application_id = 0x494d5053;

-- incarnation, 16 bytes: names one life of this database (encryption.md section 14).
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- A deleted account keeps its id and name, as taken; its secrets, slot and profile are null.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    user_id BLOB NOT NULL UNIQUE,
    username TEXT NOT NULL UNIQUE,
    deleted INTEGER NOT NULL DEFAULT 0,
    server_salt BLOB,
    ops INTEGER,
    mem INTEGER,
    verifier_salt BLOB,
    verifier BLOB,
    recovery_salt BLOB,
    recovery_verifier BLOB,
    root_slot BLOB,
    profile BLOB,
    show_last_seen INTEGER NOT NULL DEFAULT 1,
    last_seen_ms INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL
);

-- The directory log (encryption.md 8.3) with the list that each entry is the hash of; null: the
-- account was deleted. version counts the entries of one account.
CREATE TABLE directory (
    seq INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id),
    version INTEGER NOT NULL,
    label BLOB NOT NULL,
    list_hash BLOB NOT NULL,
    list BLOB,
    server_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX directory_by_account ON directory (account, version);

-- Devices that were ever named. account is null until a list has the device; is_current: it is in
-- the newest list. Mailbox numbers and prekey ids are never used again, so their highest are kept.
CREATE TABLE devices (
    id INTEGER PRIMARY KEY,
    device_id BLOB NOT NULL UNIQUE,
    account INTEGER REFERENCES accounts (id),
    is_current INTEGER NOT NULL DEFAULT 0,
    signed_prekey_id INTEGER,
    signed_prekey BLOB,
    highest_one_time_id INTEGER NOT NULL DEFAULT 0,
    mailbox_last INTEGER NOT NULL DEFAULT 0,
    mailbox_dropped INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX devices_by_account ON devices (account);

CREATE TABLE one_time_prekeys (
    device INTEGER NOT NULL REFERENCES devices (id),
    prekey_id INTEGER NOT NULL,
    prekey BLOB NOT NULL,
    PRIMARY KEY (device, prekey_id)
) WITHOUT ROWID;

-- What account allows peer. 1: accepted, 2: blocked.
CREATE TABLE contacts (
    account INTEGER NOT NULL REFERENCES accounts (id),
    peer INTEGER NOT NULL REFERENCES accounts (id),
    state INTEGER NOT NULL,
    PRIMARY KEY (account, peer)
) WITHOUT ROWID;
CREATE INDEX contacts_by_peer ON contacts (peer, account);

-- first_member is the one with the smaller user id; both are the same for notes to self.
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    conversation_id BLOB NOT NULL UNIQUE,
    first_member INTEGER NOT NULL REFERENCES accounts (id),
    second_member INTEGER NOT NULL REFERENCES accounts (id),
    first_seq INTEGER NOT NULL DEFAULT 1,
    last_seq INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX conversations_by_first_member ON conversations (first_member);
CREATE INDEX conversations_by_second_member ON conversations (second_member);

-- One device in one conversation, with the last number of its own that was taken.
CREATE TABLE senders (
    id INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    device INTEGER NOT NULL REFERENCES devices (id),
    last_seq INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX senders_by_device ON senders (device, conversation);

-- Append-only, except that erasing an event takes away its body and wraps. wraps is a sequence of
-- device_id 16, length u16 big-endian, message.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    seq INTEGER NOT NULL,
    sender INTEGER NOT NULL REFERENCES senders (id),
    sender_seq INTEGER NOT NULL,
    message_id BLOB NOT NULL,
    server_ms INTEGER NOT NULL,
    aad BLOB NOT NULL,
    body BLOB,
    wraps BLOB
);
CREATE UNIQUE INDEX events_by_seq ON events (conversation, seq);
CREATE UNIQUE INDEX events_by_sender ON events (sender, sender_seq);

-- Events that are to be erased at an hour since 1970.
CREATE TABLE expiries (
    hour INTEGER NOT NULL,
    event INTEGER NOT NULL REFERENCES events (id),
    PRIMARY KEY (hour, event)
) WITHOUT ROWID;

-- Control envelopes waiting for a device. Ids ascend with time, numbers within each device.
CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY,
    device INTEGER NOT NULL REFERENCES devices (id),
    number INTEGER NOT NULL,
    server_ms INTEGER NOT NULL,
    aad BLOB NOT NULL,
    body BLOB NOT NULL,
    wrap BLOB NOT NULL
);
CREATE UNIQUE INDEX mailbox_by_device ON mailbox (device, number);

-- maker is null for an invite of the operator.
CREATE TABLE invites (
    code_hash BLOB PRIMARY KEY,
    maker INTEGER REFERENCES accounts (id),
    uses_left INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) WITHOUT ROWID;

PRAGMA user_version = 1;
