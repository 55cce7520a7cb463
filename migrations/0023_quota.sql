-- How many of something the operator of the installation lets a tenant have; without a row as many as it likes.
CREATE TABLE quota (
  tenant TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('members', 'agents', 'connections', 'pipelines')),
  most INTEGER NOT NULL,
  PRIMARY KEY (tenant, what)
) STRICT, WITHOUT ROWID;
