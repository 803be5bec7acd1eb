-- Since which local day it has been so, as told: YYYY-MM-DD.
ALTER TABLE request ADD COLUMN since TEXT;
-- A time that nobody told is absent; when it was filed stands in reported_at.
UPDATE request SET happened_at = NULL WHERE happened_at = reported_at;

-- Counts the changes to the district's tables, catalogues and learnt wordings, in the same transaction as each:
-- running processes read this one row every few seconds, and the tables only when it has moved.
CREATE TABLE district_version (
    name TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO district_version (name, version) VALUES ('district', 0);
