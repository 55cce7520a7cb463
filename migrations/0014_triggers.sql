-- What starts runs besides times: other runs that end, and webhooks. And who has paused it.

-- Pipelines that start nothing on their own until somebody resumes them.
CREATE TABLE pause (
  tenant TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (tenant, pipeline)
) STRICT, WITHOUT ROWID;

-- The fire time; `next_at` is when its run starts, a little later where the schedule has jitter.
ALTER TABLE schedule ADD COLUMN fire INTEGER;
UPDATE schedule SET fire = next_at;
