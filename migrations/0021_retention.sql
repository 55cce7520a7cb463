-- For how many days a tenant keeps its runs after their end; for good where it has said nothing.
CREATE TABLE retention (
  tenant TEXT PRIMARY KEY,
  run_days INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;
