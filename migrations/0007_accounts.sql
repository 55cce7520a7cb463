-- People as they sign in, whatever tenants they are members of; what mail proves, and the mail that waits to go.

CREATE TABLE account (
  id TEXT PRIMARY KEY,
  -- As it was written, and as it is compared: NFKC, lower case.
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  -- When a secret that was mailed there came back, or a provider vouched for it.
  email_verified INTEGER,
  name TEXT NOT NULL,
  -- A PHC string with its parameters; NULL for somebody who signs in otherwise.
  password TEXT,
  password_changed INTEGER,
  state TEXT NOT NULL CHECK (state IN ('active', 'locked')),
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX account_email ON account (email_key);

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  account TEXT NOT NULL,
  tenant TEXT,
  -- Until the second factor is there it is good for nothing but that.
  stage TEXT NOT NULL CHECK (stage IN ('second_factor', 'full')),
  -- JSON: [{method, at, issuer?}].
  methods TEXT NOT NULL,
  -- When a passkey or a code was last shown.
  fresh INTEGER,
  created INTEGER NOT NULL,
  -- To the minute.
  seen INTEGER NOT NULL,
  idle_until INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  network TEXT NOT NULL,
  agent TEXT NOT NULL,
  revoked INTEGER,
  reason TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX session_hash ON session (hash);
CREATE INDEX session_account ON session (account, id);
CREATE INDEX session_ends ON session (ends);

-- Browsers that an account has signed in with: a stranger's guesses do not count against them.
CREATE TABLE known_device (
  hash TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  created INTEGER NOT NULL,
  -- When it last signed in.
  seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX known_device_account ON known_device (account);

-- Secrets that were sent by mail, by their hashes. `email` is the address that the secret's return proves.
CREATE TABLE mailed_secret (
  hash TEXT PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('register', 'reset', 'address')),
  account TEXT,
  email TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mailed_secret_account ON mailed_secret (account) WHERE account IS NOT NULL;
CREATE INDEX mailed_secret_expires ON mailed_secret (expires);

-- Guesses: of an account, of a browser that it knows, of a network, and mail that was asked for.
CREATE TABLE throttle (
  key TEXT PRIMARY KEY,
  count INTEGER NOT NULL,
  last INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX throttle_last ON throttle (last);

-- Mail that waits: address and text stand sealed under a master key. With row ids: its rows are long.
CREATE TABLE outbox (
  id TEXT NOT NULL,
  mail_sealed TEXT NOT NULL,
  created INTEGER NOT NULL,
  -- When it is tried next; whoever tries it moves this first.
  due INTEGER NOT NULL,
  tries INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX outbox_id ON outbox (id);
CREATE INDEX outbox_due ON outbox (due);

-- Whose account a member is; NULL for services, and for people who have nothing but a token.
ALTER TABLE member ADD COLUMN account TEXT;
CREATE UNIQUE INDEX member_account ON member (account, tenant) WHERE account IS NOT NULL AND state <> 'removed';
