-- The photo showed more codes than are looked at, so what hangs there is not known.

ALTER TABLE code_checks ADD COLUMN is_crowded BOOLEAN NOT NULL DEFAULT FALSE;
