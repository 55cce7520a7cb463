-- A list of the runs of one state is as quick where one in millions is in it.
CREATE INDEX run_state ON run (tenant, state, created, id);
