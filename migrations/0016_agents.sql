-- How agents are: whether they are heard of, what they last said of themselves, and whom a person wants to take no work.

-- When it was noticed that nothing has been heard of it for too long.
ALTER TABLE agent ADD COLUMN lost INTEGER;
-- When it said that it stops.
ALTER TABLE agent ADD COLUMN stopped INTEGER;
-- Since when it is handed nothing.
ALTER TABLE agent ADD COLUMN draining INTEGER;
CREATE INDEX agent_heard ON agent (last_seen) WHERE state = 'approved' AND lost IS NULL AND stopped IS NULL;
CREATE INDEX agent_lost ON agent (id) WHERE lost IS NOT NULL;

-- What an agent said of itself last. Hints for people and for handing out work; nothing that is sealed rests on them.
CREATE TABLE agent_report (
  tenant TEXT NOT NULL,
  agent TEXT NOT NULL,
  protocol INTEGER NOT NULL,
  version TEXT NOT NULL,
  -- Milliseconds by which its clock was ahead of the edge's, the time on the way included.
  clock_skew INTEGER NOT NULL,
  -- When the newest key of its ring was made.
  ring_created INTEGER NOT NULL,
  slots INTEGER NOT NULL,
  slots_used INTEGER NOT NULL,
  -- JSON array.
  labels TEXT NOT NULL,
  stopping INTEGER NOT NULL,
  reported INTEGER NOT NULL,
  PRIMARY KEY (tenant, agent)
) STRICT, WITHOUT ROWID;

CREATE INDEX run_to_stop ON run (tenant, id) WHERE cancel = 1 AND state IN ('leased', 'running');
