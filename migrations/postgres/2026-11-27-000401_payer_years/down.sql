DROP TABLE payer_turns;
DROP TABLE payer_years;
