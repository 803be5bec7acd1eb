-- The keys of machines that read the whole feed, such as the grid system; only their hash is kept.
CREATE TABLE api_key (
    hash TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

-- The message that carries this row's notice: a digest's first row carries the others, which have the state 'bundled'.
ALTER TABLE message ADD COLUMN bundle TEXT;
CREATE INDEX message_bundle ON message (bundle);
CREATE INDEX message_account ON message (account, state);

-- What the sweep looks for.
CREATE INDEX recovery_expires ON recovery (expires_at);
CREATE INDEX notice_read ON notice (read_at);
