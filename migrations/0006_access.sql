-- What somebody may do follows from bindings: a role, for a member or a group, at the tenant, a workspace or a project.

CREATE TABLE binding (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  member TEXT,
  member_group TEXT,
  -- The name of a built-in role, or the id of a custom one.
  role TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('tenant', 'workspace', 'project')),
  place TEXT,
  created INTEGER NOT NULL,
  CHECK ((member IS NULL) <> (member_group IS NULL)),
  CHECK ((place IS NULL) = (level = 'tenant'))
) STRICT, WITHOUT ROWID;
CREATE INDEX binding_member ON binding (tenant, member);
CREATE INDEX binding_group ON binding (tenant, member_group);
CREATE UNIQUE INDEX binding_once
  ON binding (tenant, coalesce(member, ''), coalesce(member_group, ''), role, level, coalesce(place, ''));

CREATE TABLE member_group (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX member_group_name ON member_group (tenant, name);

CREATE TABLE group_member (
  tenant TEXT NOT NULL,
  member_group TEXT NOT NULL,
  member TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (tenant, member, member_group)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_member_group ON group_member (tenant, member_group);

CREATE TABLE custom_role (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  -- JSON array of permissions.
  permissions TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX custom_role_name ON custom_role (tenant, name);

-- Requests that wait for another person's approval, where a tenant wants two for it.
CREATE TABLE approval (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('keys', 'deletion', 'rules')),
  operation TEXT NOT NULL,
  -- SHA-256 of method, path and body in hex: what is approved is this request and no other.
  request TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  decided_by TEXT,
  decided INTEGER,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'used'))
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_tenant ON approval (tenant, id);

-- The admins of before could do everything: they are owners now.
INSERT INTO binding (id, tenant, member, member_group, role, level, place, created)
  SELECT id, tenant, id, NULL, CASE role WHEN 'admin' THEN 'owner' ELSE role END, 'tenant', NULL, created
  FROM member WHERE state <> 'removed';
ALTER TABLE member DROP COLUMN role;
ALTER TABLE member ADD COLUMN kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service'));
