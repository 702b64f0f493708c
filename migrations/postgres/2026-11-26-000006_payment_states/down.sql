DROP INDEX attribution_lines_by_request;
DROP INDEX transfers_by_request;
ALTER TABLE requests DROP COLUMN payment_count;
