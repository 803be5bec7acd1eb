-- One text for SQLite and PostgreSQL: TEXT, BIGINT and DOUBLE PRECISION only. Ids are UUIDv7 text unless said
-- otherwise, instants are Unix milliseconds UTC, hashes are lower-case hex. What the two do differently
-- (full-text search) is made in store/src/database.

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- The district's own tables (areas, centres, holidays, promises) as files: what is imported is what is exported.
-- Without a row the one shipped with the program holds.
CREATE TABLE district_file (
    name TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    imported_at BIGINT NOT NULL
);

CREATE TABLE catalogue (
    version TEXT NOT NULL PRIMARY KEY,
    effective_from TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    -- The catalogue file as imported: what is exported and what the grid system loads.
    body TEXT NOT NULL
);

-- Sentences that handlers sorted by hand: they teach the suggestion.
CREATE TABLE class_wording (
    id TEXT NOT NULL PRIMARY KEY,
    class TEXT NOT NULL,
    wording TEXT NOT NULL,
    learnt_at BIGINT NOT NULL
);
CREATE INDEX class_wording_learnt ON class_wording (learnt_at);

CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    -- The sign-in name in its folded form; absent where the phone is the name.
    name TEXT UNIQUE,
    phone TEXT UNIQUE,
    mail TEXT,
    password TEXT NOT NULL,
    language TEXT NOT NULL,
    home_area TEXT,
    tell TEXT NOT NULL,
    quiet_from BIGINT NOT NULL,
    quiet_to BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT
);

CREATE TABLE session (
    -- SHA-256 of the token in the cookie.
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account, seen_at);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE role_grant (
    account TEXT NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,
    -- An area is its digits, an organisation its id behind `org:`.
    scope TEXT NOT NULL,
    granted_by TEXT,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (account, role, scope)
);
CREATE INDEX role_grant_role ON role_grant (role, account);

CREATE TABLE recovery (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    code_hash TEXT NOT NULL,
    -- The committee member or agent who looked at the person; absent when the gateway sent the code.
    given_by TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX recovery_account ON recovery (account, created_at);

-- Rate limits are counted here, so that any number of processes share one count.
CREATE TABLE attempt (
    bucket TEXT NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    resets_at BIGINT NOT NULL
);
CREATE INDEX attempt_resets ON attempt (resets_at);

CREATE TABLE serial (
    subdistrict TEXT NOT NULL,
    day TEXT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (subdistrict, day)
);

CREATE TABLE request (
    -- Time-ordered whole number (store::ids): keyset pages, search rows and joins are cheap with it.
    id BIGINT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    -- SHA-256 of the idempotency key of the form that filed it.
    key_hash TEXT NOT NULL UNIQUE,
    class TEXT,
    class_1 TEXT,
    class_2 TEXT,
    catalogue TEXT NOT NULL,
    visibility TEXT NOT NULL,
    area TEXT NOT NULL,
    subdistrict TEXT,
    community TEXT,
    what TEXT NOT NULL,
    what_public TEXT NOT NULL,
    place TEXT NOT NULL,
    place_public TEXT NOT NULL,
    description TEXT NOT NULL,
    lat DOUBLE PRECISION,
    lon DOUBLE PRECISION,
    accuracy BIGINT,
    -- The grid cell of the position (domain::area::Position::cell).
    cell BIGINT,
    happened_at BIGINT,
    reported_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    progress TEXT NOT NULL,
    asked BIGINT NOT NULL,
    reply_due_at BIGINT,
    due_at BIGINT,
    answered_at BIGINT,
    settled_at BIGINT,
    handler TEXT,
    filer TEXT,
    agent TEXT,
    phone TEXT,
    track_hash TEXT,
    source TEXT NOT NULL,
    me_too BIGINT NOT NULL,
    photos BIGINT NOT NULL,
    cover TEXT,
    rating BIGINT,
    reopened BIGINT NOT NULL,
    hidden_reason TEXT
);
-- Each public list reads along one of these from its newest line on. What other filters ask for stands behind the id,
-- so that lines they refuse are passed over within the index.
CREATE INDEX request_public ON request (visibility, id);
CREATE INDEX request_progress ON request (visibility, progress, id, due_at);
CREATE INDEX request_class ON request (visibility, class, id, progress, subdistrict);
CREATE INDEX request_class_2 ON request (visibility, class_2, id, progress, subdistrict);
CREATE INDEX request_class_1 ON request (visibility, class_1, id, progress, subdistrict);
CREATE INDEX request_subdistrict ON request (visibility, subdistrict, id, progress);
CREATE INDEX request_community ON request (visibility, community, id, progress, class);
CREATE INDEX request_filer ON request (filer, id);
-- What is open nearby, newest first in each cell.
CREATE INDEX request_near ON request (cell, id) WHERE progress = 'open';

CREATE TABLE request_history (
    id TEXT NOT NULL PRIMARY KEY,
    request BIGINT NOT NULL REFERENCES request (id),
    at BIGINT NOT NULL,
    change TEXT NOT NULL,
    role TEXT NOT NULL,
    account TEXT,
    words TEXT NOT NULL,
    words_public TEXT NOT NULL,
    -- SHA-256 of the form's idempotency key: the same change sent twice is one entry.
    key_hash TEXT UNIQUE
);
CREATE INDEX request_history_request ON request_history (request, id);

CREATE TABLE follow (
    request BIGINT NOT NULL REFERENCES request (id),
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (request, account)
);
CREATE INDEX follow_account ON follow (account, request);

CREATE TABLE photo (
    id TEXT NOT NULL PRIMARY KEY,
    -- The object's name; changes when a part is covered.
    hash TEXT NOT NULL,
    -- SHA-256 of the key of the form it was sent with, until the request is registered.
    draft TEXT NOT NULL,
    request BIGINT REFERENCES request (id),
    kind TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    hidden_reason TEXT
);
CREATE INDEX photo_request ON photo (request, id);
CREATE INDEX photo_draft ON photo (draft, id);
CREATE INDEX photo_hash ON photo (hash);

CREATE TABLE report (
    id TEXT NOT NULL PRIMARY KEY,
    request BIGINT NOT NULL REFERENCES request (id),
    photo TEXT,
    reporter TEXT,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    words TEXT,
    appeal TEXT,
    key_hash TEXT UNIQUE
);
CREATE INDEX report_state ON report (state, id);
CREATE INDEX report_reporter ON report (reporter, id);

CREATE TABLE notice (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL,
    request BIGINT,
    words TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notice_account ON notice (account, id);
CREATE INDEX notice_unread ON notice (account, read_at);

CREATE TABLE message (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    -- Absent for a message that has no place in the inbox: a recovery code.
    notice TEXT UNIQUE,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    code TEXT,
    digest BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    taken_at BIGINT,
    sent_at BIGINT,
    trouble TEXT
);
CREATE INDEX message_due ON message (state, due_at);

-- The outgoing feed. `position` is given under one lock at the end of the transaction, so that a reader
-- that keeps its cursor never passes over a record that commits late.
CREATE TABLE event (
    position BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    number TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE feed (
    name TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);
INSERT INTO feed (name, last) VALUES ('event', 0);
