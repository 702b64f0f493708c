DROP TABLE owner_phones;
DROP TABLE owner_pins;
