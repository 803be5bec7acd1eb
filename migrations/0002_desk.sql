-- The desk's list: what is open, soonest deadline first, by the area a handler is granted. What has no deadline comes
-- last. Partial, because only a few of all requests are open at any time; `progress`
-- leads all the same, so that the planner of SQLite prefers them to a broader index.
CREATE INDEX request_desk ON request (progress, (COALESCE(due_at, 9007199254740991)), id) WHERE progress = 'open';
CREATE INDEX request_desk_subdistrict ON request (progress, subdistrict, (COALESCE(due_at, 9007199254740991)), id) WHERE progress = 'open';
CREATE INDEX request_desk_community ON request (progress, community, (COALESCE(due_at, 9007199254740991)), id) WHERE progress = 'open';

-- What waits for a supervisor's look is found without reading what does not.
CREATE INDEX request_review ON request (id) WHERE visibility = 'review';

-- Every look at a resident's phone, with its reason: the resident is told.
CREATE TABLE contact_look (
    id TEXT NOT NULL PRIMARY KEY,
    request BIGINT NOT NULL REFERENCES request (id),
    account TEXT NOT NULL,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    -- SHA-256 of the form's idempotency key: the same look sent twice is one.
    key_hash TEXT NOT NULL UNIQUE
);
CREATE INDEX contact_look_request ON contact_look (request, id);

-- SHA-256 of the key of the form that decided a report: sent twice, it decides once.
ALTER TABLE report ADD COLUMN decided_key TEXT;
CREATE INDEX report_request ON report (request, state);
