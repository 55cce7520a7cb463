-- How many of something the operator of the installation lets a tenant have, or have in a UTC day: of those `used` is
-- what `day` has had so far.
ALTER TABLE quota RENAME TO quota_before;
CREATE TABLE quota (
  tenant TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN (
    'members', 'agents', 'connections', 'pipelines', 'runs_per_day', 'runs_waiting', 'log_bytes_per_day'
  )),
  most INTEGER NOT NULL,
  day TEXT NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (tenant, what)
) STRICT, WITHOUT ROWID;
INSERT INTO quota (tenant, what, most, day, used) SELECT tenant, what, most, '', 0 FROM quota_before;
DROP TABLE quota_before;
