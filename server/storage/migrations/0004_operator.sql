-- What the operator may do to an account: keep it from logging in, and let its owner set a new
-- password with a code. reset_hash is SHA-256 of that code; null: there is none.

ALTER TABLE accounts ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN reset_hash BLOB;
ALTER TABLE accounts ADD COLUMN reset_expires_ms INTEGER NOT NULL DEFAULT 0;

PRAGMA user_version = 4;
