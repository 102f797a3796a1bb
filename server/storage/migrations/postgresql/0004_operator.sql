-- What the operator may do to an account: keep it from logging in, and let its owner set a new
-- password with a code. reset_hash is SHA-256 of that code; null: there is none.

ALTER TABLE accounts ADD COLUMN disabled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN reset_hash BYTEA;
ALTER TABLE accounts ADD COLUMN reset_expires_ms BIGINT NOT NULL DEFAULT 0;

UPDATE meta SET value = convert_to('4', 'UTF8') WHERE name = 'schema';
