-- Trust, agents, connections, pipelines and runs. Ids that a client makes are keys only together with the tenant, so
-- that nobody learns from a conflict what another tenant has. Documents are kept as they came, signatures and all.

CREATE TABLE trust_document (
  tenant TEXT NOT NULL,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  document TEXT NOT NULL,
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  -- The policy that the document commits to, and its envelope where this version brought one.
  policy_version INTEGER,
  policy BLOB,
  created INTEGER NOT NULL,
  PRIMARY KEY (tenant, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE project_index (
  tenant TEXT NOT NULL,
  project TEXT NOT NULL,
  number INTEGER NOT NULL,
  hash TEXT NOT NULL,
  document TEXT NOT NULL,
  -- The entries once more, as JSON that SQL can look into.
  entries TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (tenant, project, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolment_token (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  pool TEXT NOT NULL,
  hash TEXT NOT NULL,
  expires INTEGER NOT NULL,
  -- The agent that used it.
  agent TEXT,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX enrolment_token_hash ON enrolment_token (hash);

CREATE TABLE agent (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  pool TEXT NOT NULL,
  name TEXT NOT NULL,
  public_key BLOB NOT NULL,
  fingerprint TEXT NOT NULL,
  version TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'revoked')),
  created INTEGER NOT NULL,
  approved INTEGER,
  revoked INTEGER,
  -- To the minute, written together now and then.
  last_seen INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX agent_tenant ON agent (tenant, id);
CREATE UNIQUE INDEX agent_key ON agent (tenant, public_key);

CREATE TABLE connection (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  project TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- JSON array of pool names.
  pools TEXT NOT NULL,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  deleted INTEGER,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX connection_name ON connection (tenant, project, name COLLATE NOCASE) WHERE deleted IS NULL;

CREATE TABLE connection_version (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  document TEXT NOT NULL,
  sealed BLOB NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (tenant, id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE pipeline (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  project TEXT NOT NULL,
  name TEXT NOT NULL,
  pool TEXT NOT NULL,
  source TEXT NOT NULL,
  destination TEXT NOT NULL,
  api_runs_per_day INTEGER,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  deleted INTEGER,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX pipeline_name ON pipeline (tenant, project, name COLLATE NOCASE) WHERE deleted IS NULL;

CREATE TABLE pipeline_version (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  document TEXT NOT NULL,
  sealed BLOB NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (tenant, id, version)
) STRICT, WITHOUT ROWID;

-- edge/runs/README.md draws the states.
CREATE TABLE run (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  project TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  pool TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('queued', 'leased', 'running', 'succeeded', 'partial', 'failed', 'refused', 'cancelled', 'dead')),
  -- What an agent checks: a signed request, or day and slot, as JSON.
  trigger TEXT NOT NULL,
  day TEXT,
  slot INTEGER,
  -- The plan that made it: finds the run when its request is repeated.
  plan TEXT NOT NULL,
  -- Attempts that failed or fell silent, and how many of them may be followed by another.
  failures INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  -- Leases that ran out before the agent had started: the job may have been lost on its way.
  lost INTEGER NOT NULL,
  -- Rises with every claim, and when a lease is taken away.
  fence INTEGER NOT NULL,
  agent TEXT,
  lease_until INTEGER,
  -- Not claimed before.
  due INTEGER NOT NULL,
  cancel INTEGER NOT NULL,
  code TEXT,
  created INTEGER NOT NULL,
  started INTEGER,
  finished INTEGER,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_queue ON run (tenant, pool, due) WHERE state = 'queued';
CREATE INDEX run_lease ON run (lease_until) WHERE state IN ('leased', 'running');
CREATE INDEX run_list ON run (tenant, created, id);
CREATE INDEX run_pipeline ON run (tenant, pipeline, created, id);
CREATE UNIQUE INDEX run_slot ON run (tenant, pipeline, day, slot) WHERE day IS NOT NULL;
CREATE UNIQUE INDEX run_plan ON run (tenant, plan) WHERE day IS NOT NULL;

CREATE TABLE run_stream (
  tenant TEXT NOT NULL,
  run TEXT NOT NULL,
  stream INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  -- From here on: known once the stream has ended.
  status TEXT,
  route TEXT,
  rows_read INTEGER,
  rejected INTEGER,
  seconds REAL,
  code TEXT,
  PRIMARY KEY (tenant, run, stream)
) STRICT, WITHOUT ROWID;
