-- What starts runs besides times: other runs that end, and webhooks.

-- `triggers.after` of the document, as JSON.
ALTER TABLE pipeline_version ADD COLUMN after TEXT;

-- Of the pipelines that the newest index of their project lists: whom they follow.
CREATE TABLE follower (
  tenant TEXT NOT NULL,
  upstream TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  project TEXT NOT NULL,
  after TEXT NOT NULL,
  PRIMARY KEY (tenant, upstream, pipeline)
) STRICT, WITHOUT ROWID;
CREATE INDEX follower_project ON follower (tenant, project);
CREATE INDEX follower_pipeline ON follower (tenant, pipeline);

-- Runs that have ended and that nobody has looked at yet for whom follows. In the commit of the end, whoever writes it;
-- where an index has news, nobody knows yet who follows.
CREATE TABLE run_end (
  tenant TEXT NOT NULL,
  run TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  PRIMARY KEY (tenant, run)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER run_ended AFTER UPDATE OF state ON run
  WHEN NEW.state IN ('succeeded', 'partial', 'failed', 'dead') AND OLD.state <> NEW.state BEGIN
  INSERT OR IGNORE INTO run_end (tenant, run, pipeline) SELECT NEW.tenant, NEW.id, NEW.pipeline
    WHERE EXISTS (SELECT 1 FROM follower AS f WHERE f.tenant = NEW.tenant AND f.upstream = NEW.pipeline)
      OR EXISTS (SELECT 1 FROM index_news AS n WHERE n.tenant = NEW.tenant AND n.project = NEW.project); END;

-- How many runs of a day a trigger of this kind has had, where the day alone does not say.
CREATE TABLE trigger_use (
  tenant TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  kind TEXT NOT NULL,
  day TEXT NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (tenant, pipeline, kind)
) STRICT, WITHOUT ROWID;

-- `older_sealed` counts until `older_until`.
CREATE TABLE webhook (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  secret_sealed TEXT NOT NULL,
  older_sealed TEXT,
  older_until INTEGER,
  created INTEGER NOT NULL,
  rotated INTEGER,
  -- When somebody was last told by mail that calls of it are refused.
  alarmed INTEGER
) STRICT;
CREATE UNIQUE INDEX webhook_pipeline ON webhook (tenant, pipeline);

-- Calls that were accepted, for as long as their time stamps are: a repeated one has its run.
CREATE TABLE webhook_call (
  tenant TEXT NOT NULL,
  webhook TEXT NOT NULL,
  digest TEXT NOT NULL,
  run TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (webhook, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_call_until ON webhook_call (webhook, until);
