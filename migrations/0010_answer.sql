-- The desk reads by what is promised next: the answer until there was one, then the settling.
DROP INDEX request_desk;
DROP INDEX request_desk_subdistrict;
DROP INDEX request_desk_community;
CREATE INDEX request_desk ON request (progress, danger, (COALESCE(CASE WHEN answered_at IS NULL THEN reply_due_at END, due_at, 9007199254740991)), id) WHERE progress = 'open';
CREATE INDEX request_desk_subdistrict ON request (progress, subdistrict, danger, (COALESCE(CASE WHEN answered_at IS NULL THEN reply_due_at END, due_at, 9007199254740991)), id) WHERE progress = 'open';
CREATE INDEX request_desk_community ON request (progress, community, danger, (COALESCE(CASE WHEN answered_at IS NULL THEN reply_due_at END, due_at, 9007199254740991)), id) WHERE progress = 'open';
