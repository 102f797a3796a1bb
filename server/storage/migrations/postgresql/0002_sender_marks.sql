-- A sender's own numbers are looked up only when an event is sent again. An index over all of them
-- cost a page of its own for each sender in every transaction. In its place some events are marked,
-- so that each lies less than 256 log numbers after a mark of its sender.

CREATE TABLE sender_marks (
    sender BIGINT NOT NULL REFERENCES senders (id),
    sender_seq BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (sender, sender_seq)
);

INSERT INTO sender_marks (sender, sender_seq, seq) SELECT sender, sender_seq, seq FROM events;

DROP INDEX events_by_sender;

UPDATE meta SET value = convert_to('2', 'UTF8') WHERE name = 'schema';
