-- The life of tenants: invitations that belong to addresses and accounts, workspaces as environments, deletion with a
-- time to think in between, and what is left of a tenant that was erased.

-- When its deletion was asked for, and when it will be carried out. `erasing`: from here on there is no way back.
-- `erased`: everything is gone but the row itself, whose log key signs the last checkpoint.
ALTER TABLE tenant ADD COLUMN closing INTEGER;
ALTER TABLE tenant ADD COLUMN erase_at INTEGER;
ALTER TABLE tenant ADD COLUMN erasing INTEGER;
ALTER TABLE tenant ADD COLUMN erased INTEGER;
CREATE INDEX tenant_erase_at ON tenant (erase_at) WHERE erase_at IS NOT NULL;

-- Its id is nobody's any more: another tenant would go on with its log.
CREATE TABLE erased_tenant (
  id TEXT PRIMARY KEY,
  erased INTEGER NOT NULL,
  log_key BLOB NOT NULL,
  size INTEGER NOT NULL,
  -- The signed note over the whole log.
  checkpoint TEXT NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE workspace ADD COLUMN environment TEXT NOT NULL DEFAULT 'other'
  CHECK (environment IN ('development', 'staging', 'production', 'other'));

-- The member who made it.
ALTER TABLE enrolment_token ADD COLUMN maker TEXT;

-- One a member, the newest. `join`: to become that member. `link`: for a member who is there, to be an account's.
CREATE TABLE invitation_next (
  tenant TEXT NOT NULL,
  member TEXT NOT NULL,
  hash TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('join', 'link')),
  -- Who invited; none of before knows.
  inviter TEXT,
  -- Whose mailbox the secret went to, as written and as it is compared. The secret was shown to nobody then.
  email TEXT,
  email_key TEXT,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  accepted INTEGER,
  PRIMARY KEY (tenant, member)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO invitation_next (tenant, member, hash, kind, created, expires, accepted)
  SELECT tenant, member, hash, 'join', expires - 604800000, expires, accepted FROM invitation;
DROP TABLE invitation;
ALTER TABLE invitation_next RENAME TO invitation;
CREATE UNIQUE INDEX invitation_hash ON invitation (hash);
