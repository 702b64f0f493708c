DROP TABLE surplus_words;
