-- Wrong passwords of an account in the present window of time: a restart does not forget them, and
-- several nodes would count together.

CREATE TABLE login_failures (
    account INTEGER PRIMARY KEY REFERENCES accounts (id),
    since_ms INTEGER NOT NULL,
    failures INTEGER NOT NULL
);

PRAGMA user_version = 7;
