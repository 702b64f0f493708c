-- The report asks who paid a supplier in a window (M13): few days of few stalls did.
CREATE INDEX day_totals_suppliers ON day_totals (board_id, day, occupancy_id) WHERE supplier_count > 0;
