-- How a result was rated stays readable after the request is reopened.
ALTER TABLE request_history ADD COLUMN rating BIGINT;
