-- Wrong passwords of an account in the present window of time: a restart does not forget them, and
-- several nodes would count together.

CREATE TABLE login_failures (
    account BIGINT PRIMARY KEY REFERENCES accounts (id),
    since_ms BIGINT NOT NULL,
    failures BIGINT NOT NULL
);

UPDATE meta SET value = convert_to('7', 'UTF8') WHERE name = 'schema';
