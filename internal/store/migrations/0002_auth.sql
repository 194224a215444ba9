-- Signing in: what a session shows of itself, passkeys, the second factor.

ALTER TABLE token ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX token_user ON token (user_id, purpose);

-- id is the credential id and public_key the COSE key, both base64url; transports are separated by spaces.
CREATE TABLE passkey (
    id              TEXT PRIMARY KEY,
    user_id         BIGINT NOT NULL REFERENCES newsuser (id) ON DELETE CASCADE,
    public_key      TEXT NOT NULL,
    sign_count      BIGINT NOT NULL,
    transports      TEXT NOT NULL,
    name            TEXT NOT NULL,
    backup_eligible INTEGER NOT NULL,
    backed_up       INTEGER NOT NULL,
    created_at      BIGINT NOT NULL,
    used_at         BIGINT
);
CREATE INDEX passkey_user ON passkey (user_id, created_at);

-- secret is encrypted by package auth; recovery is a JSON list of the hashes of unused codes.
CREATE TABLE second_factor (
    user_id   BIGINT PRIMARY KEY REFERENCES newsuser (id) ON DELETE CASCADE,
    secret    TEXT NOT NULL,
    last_step BIGINT NOT NULL,
    recovery  TEXT NOT NULL,
    since     BIGINT NOT NULL
);
