DROP TABLE suspected_pairs;
DROP TABLE account_sources;
