-- What a request's words taught goes with them: when it gets another class, is hidden, or turns out to be private.
ALTER TABLE class_wording ADD COLUMN request BIGINT;
CREATE UNIQUE INDEX class_wording_request ON class_wording (request);
