-- Where the later of two reports was right and the books follow it: the report and the transfer that had
-- been counted first, and the transfer that counts now, unless another sender had told that already.

ALTER TABLE sighting_conflicts ADD COLUMN first_delivery_id BIGINT;
ALTER TABLE sighting_conflicts ADD COLUMN first_transfer_id BIGINT;
ALTER TABLE sighting_conflicts ADD COLUMN own_transfer_id BIGINT;
