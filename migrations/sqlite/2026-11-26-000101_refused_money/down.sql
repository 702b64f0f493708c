ALTER TABLE refused_deliveries DROP COLUMN why;
ALTER TABLE refused_deliveries DROP COLUMN dismissed_at_ms;
ALTER TABLE refused_deliveries DROP COLUMN dismissed_by;
ALTER TABLE refused_deliveries DROP COLUMN is_money;
