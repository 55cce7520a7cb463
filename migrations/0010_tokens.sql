-- Tokens of services and of devices beside those of people, and where each counts, may be used from and was used from.

ALTER TABLE token ADD COLUMN sort TEXT NOT NULL DEFAULT 'personal' CHECK (sort IN ('personal', 'service', 'device'));
ALTER TABLE token ADD COLUMN level TEXT CHECK (level IN ('workspace', 'project'));
ALTER TABLE token ADD COLUMN place TEXT;
-- JSON array of addresses and ranges; NULL: from anywhere.
ALTER TABLE token ADD COLUMN networks TEXT;
-- The address that it was last used from, written together with the time.
ALTER TABLE token ADD COLUMN last_network TEXT;
-- Of devices: when a person last approved it, and when it ends unless it is used before.
ALTER TABLE token ADD COLUMN fresh INTEGER;
ALTER TABLE token ADD COLUMN idle_until INTEGER;
-- How long it was made for: a rotation gives as much again.
ALTER TABLE token ADD COLUMN lasts INTEGER NOT NULL DEFAULT 0;
UPDATE token SET lasts = expires - created;
-- The token that takes its place since a rotation.
ALTER TABLE token ADD COLUMN successor TEXT;
CREATE INDEX token_member ON token (tenant, member);

-- Networks that a token was used from, and those that its address list refused: each is an event once.
CREATE TABLE token_network (
  token TEXT NOT NULL,
  refused INTEGER NOT NULL,
  network TEXT NOT NULL,
  seen INTEGER NOT NULL,
  PRIMARY KEY (token, refused, network)
) STRICT, WITHOUT ROWID;

-- Devices that wait for a person, RFC 8628. The code that the device shows to the edge is kept as a hash.
CREATE TABLE device_request (
  hash TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  user_code TEXT NOT NULL,
  device TEXT NOT NULL,
  network TEXT NOT NULL,
  agent TEXT NOT NULL,
  scopes TEXT,
  -- The device's token of before, where it wants to be approved anew.
  token TEXT,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  -- Seconds between two polls, when the last one came, and whether that was too soon.
  pause INTEGER NOT NULL,
  polled INTEGER,
  slowed INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'denied', 'used')),
  tenant TEXT,
  member TEXT,
  decided INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX device_request_user_code ON device_request (user_code);
CREATE INDEX device_request_expires ON device_request (expires);
CREATE INDEX device_request_network ON device_request (network, expires);
