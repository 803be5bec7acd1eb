-- What is near is chosen within the index: of a crowded place, only the nearest rows are read.
DROP INDEX request_near;
CREATE INDEX request_near ON request (cell, id, visibility, class, lat, lon) WHERE progress = 'open';
