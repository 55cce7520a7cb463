-- Second factors of accounts, and what passkeys are asked to sign.

-- One that counts and one that is being set up, at most. `step`: the last time step of which a code was accepted.
CREATE TABLE totp (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  secret_sealed TEXT NOT NULL,
  step INTEGER NOT NULL,
  created INTEGER NOT NULL,
  confirmed INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX totp_account ON totp (account) WHERE confirmed IS NOT NULL;
CREATE UNIQUE INDEX totp_pending ON totp (account) WHERE confirmed IS NULL;

CREATE TABLE recovery_code (
  account TEXT NOT NULL,
  hash TEXT NOT NULL,
  created INTEGER NOT NULL,
  used INTEGER,
  PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE passkey (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  credential TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  public_key BLOB NOT NULL,
  counter INTEGER NOT NULL,
  transports TEXT NOT NULL,
  -- Whether it may be copied to other devices, which never changes, and whether it is.
  eligible INTEGER NOT NULL,
  synced INTEGER NOT NULL,
  created INTEGER NOT NULL,
  last_used INTEGER
) STRICT;
CREATE INDEX passkey_account ON passkey (account, id);

-- Each is answered once, within minutes, by whoever it was given to.
CREATE TABLE passkey_challenge (
  hash TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  bound TEXT NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_challenge_expires ON passkey_challenge (expires);
CREATE INDEX passkey_challenge_bound ON passkey_challenge (bound, expires);
