-- Recorded words that the operator has imported, for pages of phones without a Vietnamese voice.

CREATE TABLE voices (
    region TEXT PRIMARY KEY NOT NULL CHECK (region IN ('north', 'south')),
    -- JSON: the words and where each lies in the sound, and the sound itself.
    content TEXT NOT NULL,
    imported_at_ms BIGINT NOT NULL
);
