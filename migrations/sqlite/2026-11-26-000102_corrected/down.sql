ALTER TABLE sighting_conflicts DROP COLUMN own_transfer_id;
ALTER TABLE sighting_conflicts DROP COLUMN first_transfer_id;
ALTER TABLE sighting_conflicts DROP COLUMN first_delivery_id;
