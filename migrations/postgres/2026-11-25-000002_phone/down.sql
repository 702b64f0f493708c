DROP TABLE phone_texts;
DROP TABLE phone_templates;
DROP TABLE phone_pairing_codes;
DROP TABLE phone_silences;
DROP TABLE phone_devices;
