DROP TABLE class_rules;
