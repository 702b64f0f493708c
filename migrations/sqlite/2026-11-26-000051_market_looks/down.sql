DROP TABLE market_looks;
