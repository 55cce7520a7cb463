-- How the session had signed in that approved a device, as in `session.methods`: the rules of its tenant are asked with
-- every use of the device's token. NULL: approved before that was kept.
ALTER TABLE device_request ADD COLUMN methods TEXT;
ALTER TABLE token ADD COLUMN methods TEXT;
