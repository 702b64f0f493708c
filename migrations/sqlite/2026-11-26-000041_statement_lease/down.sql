DROP TABLE statement_leases;
