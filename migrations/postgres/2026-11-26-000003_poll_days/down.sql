DROP TABLE poll_days;
