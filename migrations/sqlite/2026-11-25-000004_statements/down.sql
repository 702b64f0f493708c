DROP TABLE statement_days;
DROP TABLE statement_layouts;
DROP TABLE statement_unreadable;
DROP TABLE statement_parts;
DROP TABLE statements;
