-- A page shows a request's history newest first, without the many who only said "me too".
CREATE INDEX request_history_shown ON request_history (request, at, id) WHERE change <> 'joined';
DROP INDEX request_history_request;
