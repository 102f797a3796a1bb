-- How much lies in each device's mailbox: bytes of aad, body and wrap.

ALTER TABLE devices ADD COLUMN mailbox_bytes INTEGER NOT NULL DEFAULT 0;
UPDATE devices SET mailbox_bytes = (SELECT coalesce(sum(length(aad) + length(body) + length(wrap)), 0)
    FROM mailbox WHERE mailbox.device = devices.id);

PRAGMA user_version = 6;
