-- Values are sealed by the client core, except those of table 1 (encryption.md 1.5). Clear columns
-- hold ids, numbers and times only: what looking up and ordering needs.

-- One small record: `kind` is a Table of ClientStore.h.
CREATE TABLE record (
    kind INTEGER NOT NULL,
    key BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- One event of a conversation. `target` names the event that this one changes.
CREATE TABLE event (
    number INTEGER PRIMARY KEY,
    conversation BLOB NOT NULL,
    sender BLOB NOT NULL,
    id BLOB NOT NULL,
    sort_ms INTEGER NOT NULL,
    target BLOB,
    mark INTEGER NOT NULL,
    value BLOB NOT NULL,
    UNIQUE (sender, id)
) STRICT;

CREATE INDEX event_line ON event (conversation, sort_ms, id) WHERE target IS NULL;
CREATE INDEX event_change ON event (conversation, target) WHERE target IS NOT NULL;
CREATE INDEX event_id ON event (id);

PRAGMA user_version = 1;
