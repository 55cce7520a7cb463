-- What a run has been through: attempts that passed their checks, the time that the one under way has, what ended it,
-- and the signed request that lets it be attempted again. edge/runs/README.md draws the states.

-- Attempts that have passed the checks of their agent, since the last redrive: the agent's anchor has counted them.
ALTER TABLE run ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
-- The version of the pipeline that was handed out last.
ALTER TABLE run ADD COLUMN version INTEGER;
-- Of the attempt under way, or the last one: when it was handed out, and when it began.
ALTER TABLE run ADD COLUMN claimed INTEGER;
ALTER TABLE run ADD COLUMN began INTEGER;
-- `limits.minutes` of the pipeline, and when an attempt that has begun is ended by the edge.
ALTER TABLE run ADD COLUMN minutes INTEGER;
ALTER TABLE run ADD COLUMN deadline INTEGER;
CREATE INDEX run_deadline ON run (deadline) WHERE state = 'running' AND deadline IS NOT NULL;
-- The signed request, as JSON, and how often the run was redriven at all.
ALTER TABLE run ADD COLUMN redrive TEXT;
ALTER TABLE run ADD COLUMN redriven INTEGER NOT NULL DEFAULT 0;
-- The fingerprint of what ended a run short of its end; of no other run.
ALTER TABLE run ADD COLUMN reason TEXT;
CREATE INDEX run_dead ON run (tenant, finished) WHERE reason IS NOT NULL;
CREATE INDEX run_reason ON run (tenant, reason, created, id) WHERE reason IS NOT NULL;

-- 1 where an attempt before had committed it.
ALTER TABLE run_stream ADD COLUMN taken INTEGER;

-- Attempts that ended otherwise than well, under the fence of their lease: a run that just succeeds has none.
CREATE TABLE run_attempt (
  tenant TEXT NOT NULL,
  run TEXT NOT NULL,
  fence INTEGER NOT NULL,
  agent TEXT,
  claimed INTEGER,
  began INTEGER,
  ended INTEGER NOT NULL,
  -- How it ended: a status of an agent's report, or `expired`, `overrun`, `withdrawn`, `redriven` by the edge's word.
  outcome TEXT NOT NULL,
  code TEXT,
  PRIMARY KEY (tenant, run, fence, outcome)
) STRICT, WITHOUT ROWID;
