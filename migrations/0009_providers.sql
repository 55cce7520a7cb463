-- Sign-in by other parties, and what tenants ask of a sign-in.

CREATE TABLE tenant_rules (
  tenant TEXT PRIMARY KEY,
  -- JSON.
  rules TEXT NOT NULL,
  updated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The mail domains in those rules, to be found by.
CREATE TABLE sso_domain (
  tenant TEXT NOT NULL,
  domain TEXT NOT NULL,
  provider TEXT NOT NULL,
  PRIMARY KEY (domain, tenant)
) STRICT, WITHOUT ROWID;
CREATE INDEX sso_domain_tenant ON sso_domain (tenant);

-- Providers of tenants; those of the installation stand in its configuration.
CREATE TABLE provider (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  client_secret_sealed TEXT NOT NULL,
  -- JSON: [{claim, value, role, level, place?}].
  claim_rules TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX provider_tenant ON provider (tenant, id);
CREATE UNIQUE INDEX provider_name ON provider (tenant, name);

-- Who somebody is with an issuer. That pair alone finds the account, never a mail address.
CREATE TABLE identity (
  id TEXT PRIMARY KEY,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  account TEXT NOT NULL,
  provider TEXT NOT NULL,
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  used INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX identity_subject ON identity (issuer, subject);
CREATE INDEX identity_account ON identity (account, id);

-- Sign-ins that are under way: a row goes with its one use.
CREATE TABLE sign_in_attempt (
  state TEXT PRIMARY KEY,
  browser TEXT NOT NULL,
  provider TEXT NOT NULL,
  issuer TEXT NOT NULL,
  master INTEGER NOT NULL,
  account TEXT,
  session TEXT,
  next TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_attempt_expires ON sign_in_attempt (expires);

-- Members that a claim made, and bindings that a claim gave: they go when the claim does.
CREATE TABLE claimed_member (
  tenant TEXT NOT NULL,
  member TEXT NOT NULL,
  provider TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (tenant, member)
) STRICT, WITHOUT ROWID;
CREATE TABLE claimed_binding (
  binding TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  member TEXT NOT NULL,
  provider TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX claimed_binding_member ON claimed_binding (tenant, member);
