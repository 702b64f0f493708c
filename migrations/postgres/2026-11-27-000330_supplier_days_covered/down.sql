DROP INDEX day_totals_suppliers;
CREATE INDEX day_totals_suppliers ON day_totals (board_id, day, occupancy_id) WHERE supplier_count > 0;
