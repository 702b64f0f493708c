DROP TABLE cash_answers;
