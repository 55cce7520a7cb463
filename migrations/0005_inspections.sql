-- Orders to look at connections, and the newest of what agents found there, sealed to readers.

CREATE TABLE inspection (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  project TEXT NOT NULL,
  connection TEXT NOT NULL,
  version INTEGER NOT NULL,
  -- Of the connection's version that is to be looked at.
  hash TEXT NOT NULL,
  pool TEXT NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('test', 'discover')),
  -- A lease that has run out is nobody's: the order waits again until it expires.
  state TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'succeeded', 'failed', 'refused')),
  document TEXT NOT NULL,
  sealed BLOB NOT NULL,
  -- Rises with every claim.
  fence INTEGER NOT NULL,
  agent TEXT,
  lease_until INTEGER,
  code TEXT,
  -- Streams that were discovered, or checks that failed.
  count INTEGER,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  finished INTEGER,
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX inspection_queue ON inspection (tenant, pool, created) WHERE state IN ('queued', 'leased');
CREATE INDEX inspection_old ON inspection (tenant, expires);

-- One a connection and action. It is sealed to readers alone, so no agent rewraps it: it goes with a trust document
-- that names other readers or keys, and is found out anew.
CREATE TABLE catalogue (
  tenant TEXT NOT NULL,
  connection TEXT NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('test', 'discover')),
  inspection TEXT NOT NULL,
  hash TEXT NOT NULL,
  document TEXT NOT NULL,
  sealed BLOB NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX catalogue_place ON catalogue (tenant, connection, action);
