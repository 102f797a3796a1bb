-- Groups are conversations. Of a group first_member and second_member are both its creator; who is in
-- it is in group_members. A state of a group has a row in events with an empty aad, no body and
-- sender_seq 0, so that states and messages have one order; its bytes are in group_states. Of a
-- group's event, wraps is the signature, 64 bytes.

-- 1: direct, 2: group.
ALTER TABLE conversations ADD COLUMN kind INTEGER NOT NULL DEFAULT 1;

-- The present state of each group. meta is the sealed name and picture.
CREATE TABLE group_chats (
    conversation INTEGER PRIMARY KEY REFERENCES conversations (id),
    epoch INTEGER NOT NULL,
    state_hash BLOB NOT NULL,
    policy INTEGER NOT NULL,
    meta BLOB NOT NULL,
    closed INTEGER NOT NULL DEFAULT 0
);

-- Every state, for ever. seq is its log number.
CREATE TABLE group_states (
    id INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    author INTEGER NOT NULL REFERENCES accounts (id),
    directory_seq INTEGER NOT NULL,
    server_ms INTEGER NOT NULL,
    state_hash BLOB NOT NULL,
    state BLOB NOT NULL
);
CREATE UNIQUE INDEX group_states_by_epoch ON group_states (conversation, epoch);
CREATE UNIQUE INDEX group_states_by_seq ON group_states (conversation, seq);

-- Everybody who is or was a member. role 1: admin. The log can be read from first_seq on and, by who
-- has left, up to left_seq. joined_seq is the state that added this person last.
CREATE TABLE group_members (
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    account INTEGER NOT NULL REFERENCES accounts (id),
    role INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    joined_seq INTEGER NOT NULL,
    left_seq INTEGER,
    PRIMARY KEY (conversation, account)
) WITHOUT ROWID;
CREATE INDEX group_members_by_account ON group_members (account, conversation);

PRAGMA user_version = 3;
