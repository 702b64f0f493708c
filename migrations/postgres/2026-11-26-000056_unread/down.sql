DROP TABLE delivery_dismissals;
DROP INDEX deliveries_unread;
