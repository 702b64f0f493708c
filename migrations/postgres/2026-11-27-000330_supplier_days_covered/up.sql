-- With the counted column in it, SQLite prefers the index of the few days with a supplier to the table's key,
-- by which it read every day of the window.
DROP INDEX day_totals_suppliers;
CREATE INDEX day_totals_suppliers ON day_totals (board_id, day, occupancy_id, supplier_count)
    WHERE supplier_count > 0;
