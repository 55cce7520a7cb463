-- Who is next: lines of runs, one a pipeline; lanes of lines, one a project; and limits, which count what they hold
-- themselves. Triggers keep all of it in step with `run`, whoever writes there. edge/runs/README.md says what it is for.

-- 0 to 9; 9 goes first.
ALTER TABLE pipeline ADD COLUMN priority INTEGER NOT NULL DEFAULT 5;
ALTER TABLE run ADD COLUMN priority INTEGER NOT NULL DEFAULT 5;
-- Where it stands in its line: `due`, five minutes earlier for each step of priority. NULL: it is in none, because it
-- is not queued, or not due yet; what has become due is put in line by the next poll.
ALTER TABLE run ADD COLUMN rank INTEGER;
-- The connections of its pipeline: when it was made, and as they are once it is claimed.
ALTER TABLE run ADD COLUMN source TEXT;
ALTER TABLE run ADD COLUMN destination TEXT;
UPDATE run SET (source, destination) =
    (SELECT p.source, p.destination FROM pipeline p WHERE p.tenant = run.tenant AND p.id = run.pipeline)
  WHERE state IN ('queued', 'leased', 'running');
DROP INDEX run_queue;
CREATE INDEX run_in_line ON run (tenant, pool, pipeline, rank) WHERE state = 'queued' AND rank IS NOT NULL;
CREATE INDEX run_later ON run (tenant, pool, due) WHERE state = 'queued' AND rank IS NULL;

CREATE TABLE run_line (
  tenant TEXT NOT NULL,
  pool TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  project TEXT NOT NULL,
  source TEXT,
  destination TEXT,
  runs INTEGER NOT NULL,
  -- Of its first run; NULL: there is none.
  rank INTEGER,
  -- The full limit that it waits for.
  parked TEXT,
  PRIMARY KEY (tenant, pool, pipeline)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_line_next ON run_line (tenant, pool, project, rank) WHERE rank IS NOT NULL AND parked IS NULL;
CREATE INDEX run_line_parked ON run_line (tenant, parked, rank) WHERE parked IS NOT NULL;

CREATE TABLE run_lane (
  tenant TEXT NOT NULL,
  pool TEXT NOT NULL,
  project TEXT NOT NULL,
  -- Claims of its own, and those that it missed while it had nothing to claim, or nothing for any agent that asked.
  vtime INTEGER NOT NULL,
  -- Lines with a run that no limit of theirs was found to hold back.
  ready INTEGER NOT NULL,
  PRIMARY KEY (tenant, pool, project)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_lane_next ON run_lane (tenant, pool, vtime) WHERE ready > 0;
CREATE INDEX run_lane_idle ON run_lane (tenant, pool, vtime) WHERE ready = 0;

CREATE TABLE run_limit (
  tenant TEXT NOT NULL,
  -- 'tenant', 'pool:<name>', 'pipeline:<id>', 'connection:<id>'.
  scope TEXT NOT NULL,
  -- The most runs that agents may have in hand at once, and how many they have.
  most INTEGER NOT NULL CHECK (most > 0),
  held INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  PRIMARY KEY (tenant, scope)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER run_made AFTER INSERT ON run WHEN NEW.state = 'queued' AND NEW.rank IS NOT NULL BEGIN
  INSERT INTO run_line (tenant, pool, pipeline, project, source, destination, runs, rank)
    VALUES (NEW.tenant, NEW.pool, NEW.pipeline, NEW.project, NEW.source, NEW.destination, 1, NEW.rank)
    ON CONFLICT (tenant, pool, pipeline) DO UPDATE
      SET runs = runs + 1, rank = min(coalesce(rank, excluded.rank), excluded.rank); END;
CREATE TRIGGER run_joined AFTER UPDATE OF state, rank ON run
  WHEN NEW.state = 'queued' AND NEW.rank IS NOT NULL AND (OLD.state <> 'queued' OR OLD.rank IS NULL) BEGIN
  INSERT INTO run_line (tenant, pool, pipeline, project, source, destination, runs, rank)
    VALUES (NEW.tenant, NEW.pool, NEW.pipeline, NEW.project, NEW.source, NEW.destination, 1, NEW.rank)
    ON CONFLICT (tenant, pool, pipeline) DO UPDATE
      SET runs = runs + 1, rank = min(coalesce(rank, excluded.rank), excluded.rank); END;
CREATE TRIGGER run_left AFTER UPDATE OF state, rank ON run
  WHEN OLD.state = 'queued' AND OLD.rank IS NOT NULL AND (NEW.state <> 'queued' OR NEW.rank IS NULL) BEGIN
  UPDATE run_line SET runs = runs - 1, parked = CASE runs WHEN 1 THEN NULL ELSE parked END, rank =
      (SELECT r.rank FROM run r WHERE r.tenant = OLD.tenant AND r.pool = OLD.pool AND r.pipeline = OLD.pipeline
        AND r.state = 'queued' AND r.rank IS NOT NULL ORDER BY r.rank LIMIT 1)
    WHERE tenant = OLD.tenant AND pool = OLD.pool AND pipeline = OLD.pipeline; END;
CREATE TRIGGER run_reordered AFTER UPDATE OF rank ON run WHEN OLD.state = 'queued' AND NEW.state = 'queued'
    AND OLD.rank IS NOT NULL AND NEW.rank IS NOT NULL AND OLD.rank <> NEW.rank BEGIN
  UPDATE run_line SET rank =
      (SELECT r.rank FROM run r WHERE r.tenant = OLD.tenant AND r.pool = OLD.pool AND r.pipeline = OLD.pipeline
        AND r.state = 'queued' AND r.rank IS NOT NULL ORDER BY r.rank LIMIT 1)
    WHERE tenant = OLD.tenant AND pool = OLD.pool AND pipeline = OLD.pipeline; END;
CREATE TRIGGER run_deleted AFTER DELETE ON run WHEN OLD.state = 'queued' AND OLD.rank IS NOT NULL BEGIN
  UPDATE run_line SET runs = runs - 1, parked = CASE runs WHEN 1 THEN NULL ELSE parked END, rank =
      (SELECT r.rank FROM run r WHERE r.tenant = OLD.tenant AND r.pool = OLD.pool AND r.pipeline = OLD.pipeline
        AND r.state = 'queued' AND r.rank IS NOT NULL ORDER BY r.rank LIMIT 1)
    WHERE tenant = OLD.tenant AND pool = OLD.pool AND pipeline = OLD.pipeline; END;

-- A lane that had nothing to claim goes on where those that have are: it has saved nothing up.
CREATE TRIGGER run_line_made AFTER INSERT ON run_line WHEN NEW.rank IS NOT NULL AND NEW.parked IS NULL BEGIN
  INSERT INTO run_lane (tenant, pool, project, ready, vtime) VALUES (NEW.tenant, NEW.pool, NEW.project, 1, coalesce(
      (SELECT l.vtime FROM run_lane l WHERE l.tenant = NEW.tenant AND l.pool = NEW.pool AND l.ready > 0
        ORDER BY l.vtime LIMIT 1),
      (SELECT l.vtime FROM run_lane l WHERE l.tenant = NEW.tenant AND l.pool = NEW.pool AND l.ready = 0
        ORDER BY l.vtime DESC LIMIT 1), 0))
    ON CONFLICT (tenant, pool, project) DO UPDATE
      SET ready = ready + 1, vtime = CASE ready WHEN 0 THEN max(vtime, excluded.vtime) ELSE vtime END; END;
CREATE TRIGGER run_line_ready AFTER UPDATE OF rank, parked ON run_line
  WHEN NEW.rank IS NOT NULL AND NEW.parked IS NULL AND (OLD.rank IS NULL OR OLD.parked IS NOT NULL) BEGIN
  INSERT INTO run_lane (tenant, pool, project, ready, vtime) VALUES (NEW.tenant, NEW.pool, NEW.project, 1, coalesce(
      (SELECT l.vtime FROM run_lane l WHERE l.tenant = NEW.tenant AND l.pool = NEW.pool AND l.ready > 0
        ORDER BY l.vtime LIMIT 1),
      (SELECT l.vtime FROM run_lane l WHERE l.tenant = NEW.tenant AND l.pool = NEW.pool AND l.ready = 0
        ORDER BY l.vtime DESC LIMIT 1), 0))
    ON CONFLICT (tenant, pool, project) DO UPDATE
      SET ready = ready + 1, vtime = CASE ready WHEN 0 THEN max(vtime, excluded.vtime) ELSE vtime END; END;
-- Where a limit of it has room, a line that waits for that one has its turn.
CREATE TRIGGER run_line_unready AFTER UPDATE OF rank, parked ON run_line
  WHEN OLD.rank IS NOT NULL AND OLD.parked IS NULL AND (NEW.rank IS NULL OR NEW.parked IS NOT NULL) BEGIN
  UPDATE run_lane SET ready = ready - 1
    WHERE tenant = OLD.tenant AND pool = OLD.pool AND project = OLD.project
  ; UPDATE run_limit SET held = held WHERE tenant = OLD.tenant AND held < most
      AND scope IN ('pipeline:' || OLD.pipeline, 'connection:' || OLD.source, 'connection:' || OLD.destination); END;
CREATE TRIGGER run_lane_served AFTER UPDATE OF state ON run WHEN OLD.state = 'queued' AND NEW.state = 'leased' BEGIN
  UPDATE run_lane SET vtime = vtime + 1
    WHERE tenant = NEW.tenant AND pool = NEW.pool AND project = NEW.project
  -- Who is behind was passed over, as no agent that asked may have its runs: that saves up three turns and no more.
  ; UPDATE run_lane SET vtime = (SELECT s.vtime - 3 FROM run_lane s
      WHERE s.tenant = NEW.tenant AND s.pool = NEW.pool AND s.project = NEW.project)
    WHERE tenant = NEW.tenant AND pool = NEW.pool AND ready > 0 AND vtime < (SELECT s.vtime - 3 FROM run_lane s
      WHERE s.tenant = NEW.tenant AND s.pool = NEW.pool AND s.project = NEW.project); END;

-- No plan passes a limit, on whatever instance it was decided.
CREATE TRIGGER run_limit_taken AFTER UPDATE OF state ON run
  WHEN NEW.state IN ('leased', 'running') AND OLD.state NOT IN ('leased', 'running')
    AND EXISTS (SELECT 1 FROM run_limit WHERE tenant = NEW.tenant) BEGIN
  SELECT RAISE(ABORT, 'a limit is full') FROM run_limit WHERE tenant = NEW.tenant AND held >= most
      AND scope IN ('tenant', 'pool:' || NEW.pool, 'pipeline:' || NEW.pipeline,
        'connection:' || NEW.source, 'connection:' || NEW.destination)
  ; UPDATE run_limit SET held = held + 1 WHERE tenant = NEW.tenant
      AND scope IN ('tenant', 'pool:' || NEW.pool, 'pipeline:' || NEW.pipeline,
        'connection:' || NEW.source, 'connection:' || NEW.destination); END;
CREATE TRIGGER run_limit_given_back AFTER UPDATE OF state ON run
  WHEN OLD.state IN ('leased', 'running') AND NEW.state NOT IN ('leased', 'running')
    AND EXISTS (SELECT 1 FROM run_limit WHERE tenant = OLD.tenant) BEGIN
  UPDATE run_limit SET held = max(0, held - 1) WHERE tenant = OLD.tenant
      AND scope IN ('tenant', 'pool:' || OLD.pool, 'pipeline:' || OLD.pipeline,
        'connection:' || OLD.source, 'connection:' || OLD.destination); END;
CREATE TRIGGER run_limit_deleted_with_run AFTER DELETE ON run WHEN OLD.state IN ('leased', 'running') BEGIN
  UPDATE run_limit SET held = max(0, held - 1) WHERE tenant = OLD.tenant
      AND scope IN ('tenant', 'pool:' || OLD.pool, 'pipeline:' || OLD.pipeline,
        'connection:' || OLD.source, 'connection:' || OLD.destination); END;
CREATE TRIGGER run_limit_made AFTER INSERT ON run_limit BEGIN
  UPDATE run_limit SET held =
      (SELECT count(*) FROM run r WHERE r.state IN ('leased', 'running') AND r.lease_until >= 0
        AND +r.tenant = NEW.tenant AND NEW.scope IN ('tenant', 'pool:' || r.pool, 'pipeline:' || r.pipeline,
          'connection:' || r.source, 'connection:' || r.destination))
    WHERE tenant = NEW.tenant AND scope = NEW.scope; END;
-- Each time that something happens to a limit with room, the first of the lines that wait for it has its turn.
CREATE TRIGGER run_limit_has_room AFTER UPDATE OF held, most ON run_limit WHEN NEW.held < NEW.most BEGIN
  UPDATE run_line SET parked = NULL WHERE tenant = NEW.tenant AND (pool, pipeline) =
      (SELECT l.pool, l.pipeline FROM run_line l WHERE l.tenant = NEW.tenant AND l.parked = NEW.scope
        AND l.rank IS NOT NULL ORDER BY l.rank LIMIT 1); END;
CREATE TRIGGER run_limit_dropped AFTER DELETE ON run_limit BEGIN
  UPDATE run_line SET parked = NULL WHERE tenant = OLD.tenant AND parked = OLD.scope; END;
