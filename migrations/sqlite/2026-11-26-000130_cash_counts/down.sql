DROP TABLE tally_presses;
DROP TABLE tallies;
DROP TABLE cash_counts;
DROP TABLE cash_draws;
DROP TABLE cash_plans;
