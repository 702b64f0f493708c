-- Notices that only the phone's own time tells apart, as each forwarder told them: another one that
-- tells the same words within two minutes tells the same payment, one to one. words: a keyed
-- fingerprint, bank and direction. first_told_ms: the time that the payment is known by.
CREATE TABLE phone_tellings (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    words TEXT NOT NULL,
    device_id BIGINT NOT NULL,
    app_key TEXT NOT NULL,
    posted_at_ms BIGINT NOT NULL,
    first_told_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, words, posted_at_ms, device_id, app_key)
);
CREATE INDEX phone_tellings_by_time ON phone_tellings (board_id, posted_at_ms);
