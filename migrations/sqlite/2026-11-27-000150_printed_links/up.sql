-- When a link went onto a slip: a new slip of its stall ends it, however it is called.

ALTER TABLE stall_links ADD COLUMN printed_at_ms BIGINT;

-- Those that the program made for slips had these names.
UPDATE stall_links SET printed_at_ms = created_at_ms
    WHERE name IN ('Giấy: nghe', 'Giấy: chủ sạp');
