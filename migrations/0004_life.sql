-- Agents that join by their pool's key and go by silence; logs of runs that readers alone open; names by whose they
-- are, so that an erasure finds them; the log key that comes next; schedules.

-- 1 where the pool's key vouched for it. `removed`: when a day of silence ended it; it may join again.
ALTER TABLE agent ADD COLUMN ephemeral INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agent ADD COLUMN removed INTEGER;
CREATE INDEX agent_comes_and_goes ON agent (id) WHERE ephemeral = 1 AND state = 'approved';

-- The fence of the attempt's lease is the version of the sealed record. With row ids: its rows are long.
CREATE TABLE run_log (
  tenant TEXT NOT NULL,
  run TEXT NOT NULL,
  fence INTEGER NOT NULL,
  project TEXT NOT NULL,
  pool TEXT NOT NULL,
  hash TEXT NOT NULL,
  document TEXT NOT NULL,
  sealed BLOB NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX run_log_place ON run_log (tenant, run, fence);

ALTER TABLE audit_name ADD COLUMN member TEXT;
UPDATE audit_name SET member = (
  SELECT CASE l.action WHEN 'tenant.created' THEN json_extract(CAST(l.bytes AS TEXT), '$.facts.member')
    ELSE json_extract(CAST(l.bytes AS TEXT), '$.target') END
  FROM audit_leaf AS l WHERE l.plan = audit_name.plan
);
CREATE INDEX audit_name_member ON audit_name (member) WHERE member IS NOT NULL;
ALTER TABLE member ADD COLUMN erased INTEGER;

ALTER TABLE tenant ADD COLUMN next_log_key BLOB;
ALTER TABLE tenant ADD COLUMN next_log_key_sealed TEXT;
ALTER TABLE tenant ADD COLUMN next_log_key_created INTEGER;

ALTER TABLE run ADD COLUMN action TEXT NOT NULL DEFAULT 'run';
-- The time of the schedule that it stands for.
ALTER TABLE run ADD COLUMN fire INTEGER;
CREATE UNIQUE INDEX run_fire ON run (tenant, pipeline, fire) WHERE fire IS NOT NULL;
-- Scheduled runs that wait for the run before: not due until somebody says so.
-- With every column that is asked for: otherwise the planner takes all runs of the tenant to be less work.
CREATE INDEX run_waiting ON run (due, tenant, pipeline, fire, state)
  WHERE state = 'queued' AND due = 8640000000000000;
CREATE INDEX run_under_way ON run (tenant, pipeline, state, due, fire)
  WHERE state IN ('queued', 'leased', 'running');

-- `triggers.schedule` of the document, as JSON.
ALTER TABLE pipeline_version ADD COLUMN schedule TEXT;

-- Projects with something new that nobody has looked through for schedules yet; `plan` is what brought it.
CREATE TABLE index_news (
  tenant TEXT NOT NULL,
  project TEXT NOT NULL,
  plan TEXT NOT NULL,
  PRIMARY KEY (tenant, project)
) STRICT, WITHOUT ROWID;

-- Of the pipelines that the newest index of their project lists.
CREATE TABLE schedule (
  tenant TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  project TEXT NOT NULL,
  schedule TEXT NOT NULL,
  -- The fire time that comes next, or is due; NULL when there is none any more.
  next_at INTEGER,
  PRIMARY KEY (tenant, pipeline)
) STRICT, WITHOUT ROWID;
CREATE INDEX schedule_due ON schedule (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX schedule_project ON schedule (tenant, project);
