-- Since when the operator of the installation keeps a tenant's members and agents out.
ALTER TABLE tenant ADD COLUMN suspended INTEGER;
