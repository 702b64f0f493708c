DROP TABLE phone_tellings;
