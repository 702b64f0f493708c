DROP TABLE kept_bodies;
DROP TABLE erasures;
