-- Names that a report had before cannot be told from the new ones, and both are read.
SELECT 1;
