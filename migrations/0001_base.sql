-- Times are milliseconds since 1970. No foreign keys: servers differ in whether they check them, so writes say
-- what has to exist in their WHERE clauses and expectations.

-- A guard tries to insert NULL here when an expectation is not met; it never holds a row.
CREATE TABLE expectation (met INTEGER NOT NULL) STRICT;

-- With row ids: its rows are long, and are only ever added at the end.
CREATE TABLE audit_leaf (
  tenant TEXT NOT NULL,
  seq INTEGER NOT NULL,
  plan TEXT NOT NULL,
  action TEXT NOT NULL,
  time INTEGER NOT NULL,
  request TEXT,
  bytes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_leaf_position ON audit_leaf (tenant, seq);
CREATE UNIQUE INDEX audit_leaf_plan ON audit_leaf (plan);

CREATE TABLE audit_name (
  tenant TEXT NOT NULL,
  plan TEXT NOT NULL,
  field TEXT NOT NULL,
  salt BLOB NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (tenant, plan, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE installation (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  tenant TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;

CREATE TABLE tenant (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  log_key BLOB NOT NULL,
  log_key_sealed TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE workspace (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX workspace_name ON workspace (tenant, name);

CREATE TABLE project (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  workspace TEXT NOT NULL,
  name TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX project_name ON project (tenant, workspace, name);

CREATE TABLE member (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('admin', 'editor', 'viewer')),
  state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'removed')),
  operator INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX member_tenant ON member (tenant, id);

CREATE TABLE invitation (
  hash TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  member TEXT NOT NULL,
  expires INTEGER NOT NULL,
  accepted INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  member TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  scopes TEXT,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  revoked INTEGER,
  last_used INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX token_hash ON token (hash);
CREATE INDEX token_tenant ON token (tenant, id);
