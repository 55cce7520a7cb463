-- Whom every stored version of a sealed record is sealed to, campaigns that rewrap them, and what agents say of keys.

-- Records that are meant for the same people and agents and are sealed to the same keys, counted.
CREATE TABLE sealed_group (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  -- For whom its records are, from what their signed documents say in the clear: JSON.
  audience TEXT NOT NULL,
  -- Suite and key ids on their envelopes: `1:<kid>,<kid>`, in order.
  sealed_to TEXT NOT NULL,
  records INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX sealed_group_text ON sealed_group (tenant, audience, sealed_to);

CREATE TABLE sealed_record (
  tenant TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('connection', 'pipeline', 'policy', 'log')),
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  project TEXT,
  grp INTEGER NOT NULL,
  -- SHA-256 and length of the envelope.
  hash TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  -- The batch that has it, and what an agent has said of it in the newest campaign.
  batch TEXT,
  refused TEXT,
  -- Answers in a row that were not what they have to be.
  tries INTEGER NOT NULL,
  PRIMARY KEY (tenant, type, id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX sealed_record_group ON sealed_record (grp);
CREATE INDEX sealed_record_free ON sealed_record (grp) WHERE batch IS NULL AND refused IS NULL;
CREATE INDEX sealed_record_batch ON sealed_record (batch) WHERE batch IS NOT NULL;
CREATE INDEX sealed_record_refused ON sealed_record (grp) WHERE refused IS NOT NULL;

-- The counts follow from the records, whoever writes them.
CREATE TRIGGER sealed_record_added AFTER INSERT ON sealed_record
BEGIN UPDATE sealed_group SET records = records + 1 WHERE id = new.grp; END;
CREATE TRIGGER sealed_record_removed AFTER DELETE ON sealed_record
BEGIN UPDATE sealed_group SET records = records - 1 WHERE id = old.grp; END;
CREATE TRIGGER sealed_record_moved AFTER UPDATE OF grp ON sealed_record WHEN new.grp <> old.grp
BEGIN UPDATE sealed_group SET records = records + CASE id WHEN new.grp THEN 1 ELSE -1 END WHERE id IN (old.grp, new.grp); END;

CREATE TABLE rewrap (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'done')),
  done INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  created INTEGER NOT NULL,
  finished INTEGER,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX rewrap_open ON rewrap (tenant) WHERE state <> 'done';

CREATE TABLE rewrap_batch (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  rewrap TEXT NOT NULL,
  agent TEXT NOT NULL,
  fence INTEGER NOT NULL,
  until INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'lost')),
  done INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  later INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rewrap_batch_open ON rewrap_batch (until) WHERE state = 'open';

-- When a sealing key was first listed by a trust document.
CREATE TABLE sealing_key (
  tenant TEXT NOT NULL,
  kid TEXT NOT NULL,
  since INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (tenant, kid)
) STRICT, WITHOUT ROWID;

CREATE TABLE possession (
  tenant TEXT NOT NULL,
  kid TEXT NOT NULL,
  agent TEXT NOT NULL,
  proven INTEGER NOT NULL,
  PRIMARY KEY (tenant, kid, agent)
) STRICT, WITHOUT ROWID;

-- The newest of each agent.
CREATE TABLE receipt (
  tenant TEXT NOT NULL,
  agent TEXT NOT NULL,
  pool TEXT NOT NULL,
  document TEXT NOT NULL,
  trust_version INTEGER NOT NULL,
  trust_hash TEXT NOT NULL,
  issued INTEGER NOT NULL,
  received INTEGER NOT NULL,
  PRIMARY KEY (tenant, agent)
) STRICT, WITHOUT ROWID;
