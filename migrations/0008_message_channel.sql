-- What is due is looked for channel by channel: rows of a channel that is not configured are not read again and again.
DROP INDEX message_due;
CREATE INDEX message_due ON message (state, channel, due_at);
