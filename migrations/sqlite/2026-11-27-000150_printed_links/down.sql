ALTER TABLE stall_links DROP COLUMN printed_at_ms;
