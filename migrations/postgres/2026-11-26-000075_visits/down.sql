DROP TABLE visits;
DROP TABLE visit_rounds;
DROP TABLE teams;
