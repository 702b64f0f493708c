DROP INDEX requests_beyond;
