-- What a member may follows from their bindings, groups, custom roles and the projects of workspaces. It is computed once
-- for each `rights` of the tenant, which every write to one of those tables changes, whoever makes it: so nobody can
-- forget to. Random and not counted: a database that was put back to before never has one again for something else.
-- Whether somebody is an active member, and the operator, is looked up with every request, and is not part of it.

ALTER TABLE tenant ADD COLUMN rights TEXT NOT NULL DEFAULT '';

CREATE TRIGGER binding_inserted AFTER INSERT ON binding BEGIN
  UPDATE tenant SET rights = lower(hex(randomblob(12))) WHERE id = NEW.tenant; END;
CREATE TRIGGER binding_updated AFTER UPDATE ON binding BEGIN
  UPDATE tenant SET rights = lower(hex(randomblob(12))) WHERE id IN (OLD.tenant, NEW.tenant); END;
CREATE TRIGGER binding_deleted AFTER DELETE ON binding BEGIN
  UPDATE tenant SET rights = lower(hex(randomblob(12))) WHERE id = OLD.tenant; END;
CREATE TRIGGER group_member_inserted AFTER INSERT ON group_member BEGIN
  UPDATE tenant SET rights = lower(hex(randomblob(12))) WHERE id = NEW.tenant; END;
CREATE TRIGGER group_member_updated AFTER UPDATE ON group_member BEGIN
  UPDATE tenant SET rights = lower(hex(randomblob(12))) WHERE id IN (OLD.tenant, NEW.tenant); END;
CREATE TRIGGER group_member_deleted AFTER DELETE ON group_member BEGIN
  UPDATE tenant SET rights = lower(hex(randomblob(12))) WHERE id = OLD.tenant; END;
CREATE TRIGGER custom_role_inserted AFTER INSERT ON custom_role BEGIN
  UPDATE tenant SET rights = lower(hex(randomblob(12))) WHERE id = NEW.tenant; END;
CREATE TRIGGER custom_role_updated AFTER UPDATE ON custom_role BEGIN
  UPDATE tenant SET rights = lower(hex(randomblob(12))) WHERE id IN (OLD.tenant, NEW.tenant); END;
CREATE TRIGGER custom_role_deleted AFTER DELETE ON custom_role BEGIN
  UPDATE tenant SET rights = lower(hex(randomblob(12))) WHERE id = OLD.tenant; END;
CREATE TRIGGER project_inserted AFTER INSERT ON project BEGIN
  UPDATE tenant SET rights = lower(hex(randomblob(12))) WHERE id = NEW.tenant; END;
-- Not of its name, which plans write again to see that the project is there.
CREATE TRIGGER project_updated AFTER UPDATE OF id, tenant, workspace ON project BEGIN
  UPDATE tenant SET rights = lower(hex(randomblob(12))) WHERE id IN (OLD.tenant, NEW.tenant); END;
CREATE TRIGGER project_deleted AFTER DELETE ON project BEGIN
  UPDATE tenant SET rights = lower(hex(randomblob(12))) WHERE id = OLD.tenant; END;
