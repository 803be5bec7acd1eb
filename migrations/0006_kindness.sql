-- Somebody may be in danger: the form asked, and the resident said yes. The desk reads these first, so that its
-- indexes have them in front of the deadline. Never shown in public.
ALTER TABLE request ADD COLUMN danger BIGINT NOT NULL DEFAULT 0;
DROP INDEX request_desk;
DROP INDEX request_desk_subdistrict;
DROP INDEX request_desk_community;
CREATE INDEX request_desk ON request (progress, danger, (COALESCE(due_at, 9007199254740991)), id) WHERE progress = 'open';
CREATE INDEX request_desk_subdistrict ON request (progress, subdistrict, danger, (COALESCE(due_at, 9007199254740991)), id) WHERE progress = 'open';
CREATE INDEX request_desk_community ON request (progress, community, danger, (COALESCE(due_at, 9007199254740991)), id) WHERE progress = 'open';

-- What whoever reports something says about it.
ALTER TABLE report ADD COLUMN told TEXT;
