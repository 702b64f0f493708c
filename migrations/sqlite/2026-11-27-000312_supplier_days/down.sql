DROP INDEX day_totals_suppliers;
