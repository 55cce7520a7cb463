-- Calls of a webhook that were refused, of all instances together: in `failed_in`, a count of five minutes since 1970,
-- and in the five minutes before.
ALTER TABLE webhook ADD COLUMN failed_in INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook ADD COLUMN failed_before INTEGER NOT NULL DEFAULT 0;
