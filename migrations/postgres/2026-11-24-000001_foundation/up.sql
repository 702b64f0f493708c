-- Every table of a board's data begins its primary key and its unique keys with board_id, and
-- foreign keys carry it, so that PostgreSQL partitions and Citus stay possible.
-- Money is BIGINT đồng, instants are BIGINT Unix ms, days are INTEGER since 1970-01-01 (Vietnam),
-- JSON is TEXT, enumerations are TEXT with a CHECK. Both databases get the same text but for
-- BLOB/BYTEA and WITHOUT ROWID.

-- ---------------------------------------------------------------- global: routing and identity
CREATE TABLE boards (
    board_id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    day_start_minute INTEGER NOT NULL CHECK (day_start_minute BETWEEN 0 AND 720),
    minimum_receipt_vnd BIGINT NOT NULL CHECK (minimum_receipt_vnd > 0),
    created_at_ms BIGINT NOT NULL
);

-- One row a board: the last event number, and the version of what the lanes keep in memory.
CREATE TABLE board_heads (
    board_id BIGINT NOT NULL PRIMARY KEY REFERENCES boards (board_id),
    event_seq BIGINT NOT NULL,
    registry_version BIGINT NOT NULL,
    -- The last event whose transfer stands in transfer_index.
    indexed_seq BIGINT NOT NULL DEFAULT 0,
    -- No month after it is rolled up: most batches need not ask rolled_months.
    last_rolled_month INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE id_leases (
    instance INTEGER NOT NULL PRIMARY KEY CHECK (instance BETWEEN 0 AND 1023),
    holder TEXT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    high_water_ms BIGINT NOT NULL
);

-- A sealed constant: opening it proves that the secret key is the one this database was made with.
CREATE TABLE key_checks (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL
);

CREATE TABLE api_key_routes (
    key_hash TEXT NOT NULL PRIMARY KEY,
    board_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL
);

CREATE TABLE feed_routes (
    feed_id BIGINT NOT NULL PRIMARY KEY,
    board_id BIGINT NOT NULL
);

-- ---------------------------------------------------------------- access
CREATE TABLE api_keys (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    permissions TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    revoked_at_ms BIGINT,
    PRIMARY KEY (board_id, id)
);

CREATE TABLE idempotency_keys (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    key_id BIGINT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, key_id, idempotency_key)
);

-- ---------------------------------------------------------------- registry
CREATE TABLE markets (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    commune TEXT NOT NULL,
    province TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id)
);

-- A market day is a day that a rule opens and no rule closes. Without a rule every day is one.
CREATE TABLE calendar_rules (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    market_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('weekday', 'lunar_day', 'open', 'closed')),
    iso_weekday INTEGER CHECK (iso_weekday BETWEEN 1 AND 7),
    lunar_day INTEGER CHECK (lunar_day BETWEEN 1 AND 30),
    from_day INTEGER,
    to_day INTEGER,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, market_id) REFERENCES markets (board_id, id)
);

CREATE TABLE sections (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    market_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (board_id, id),
    UNIQUE (board_id, market_id, name),
    FOREIGN KEY (board_id, market_id) REFERENCES markets (board_id, id)
);

CREATE TABLE neighbourhoods (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    aliases TEXT NOT NULL,
    from_day INTEGER,
    to_day INTEGER,
    PRIMARY KEY (board_id, id),
    UNIQUE (board_id, kind, name)
);

CREATE TABLE stalls (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    market_id BIGINT NOT NULL,
    section_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    -- The code without regard to case and spaces.
    code_key TEXT NOT NULL,
    goods TEXT NOT NULL,
    wholesale BOOLEAN NOT NULL,
    size_class TEXT NOT NULL CHECK (size_class IN ('small', 'medium', 'large')),
    position INTEGER NOT NULL,
    closed_day INTEGER,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    UNIQUE (board_id, market_id, code_key),
    FOREIGN KEY (board_id, market_id) REFERENCES markets (board_id, id),
    FOREIGN KEY (board_id, section_id) REFERENCES sections (board_id, id)
);

CREATE TABLE vendors (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT,
    neighbourhood_id BIGINT,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, neighbourhood_id) REFERENCES neighbourhoods (board_id, id)
);

CREATE TABLE occupancies (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    market_id BIGINT NOT NULL,
    stall_id BIGINT NOT NULL,
    vendor_id BIGINT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    CHECK (to_day IS NULL OR to_day >= from_day),
    FOREIGN KEY (board_id, stall_id) REFERENCES stalls (board_id, id),
    FOREIGN KEY (board_id, vendor_id) REFERENCES vendors (board_id, id)
);
CREATE INDEX occupancies_by_stall ON occupancies (board_id, stall_id);

CREATE TABLE absences (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('day_off', 'suspended')),
    from_day INTEGER NOT NULL,
    to_day INTEGER,
    PRIMARY KEY (board_id, id),
    CHECK (to_day IS NULL OR to_day >= from_day),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id)
);

CREATE TABLE accounts (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    id BIGINT NOT NULL,
    bin TEXT NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('personal', 'household_business', 'organisation', 'wallet', 'merchant')),
    use_kind TEXT NOT NULL CHECK (use_kind IN ('business_only', 'mixed')),
    holder_name TEXT NOT NULL,
    relation TEXT NOT NULL
        CHECK (relation IN ('self', 'family', 'employer', 'market', 'other')),
    keeps_outgoing BOOLEAN NOT NULL,
    created_at_ms BIGINT NOT NULL,
    closed_at_ms BIGINT,
    PRIMARY KEY (board_id, id)
);

CREATE TABLE receiving_numbers (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    bin TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('main', 'virtual', 'merchant', 'terminal')),
    number TEXT NOT NULL,
    PRIMARY KEY (board_id, id),
    UNIQUE (board_id, bin, number),
    FOREIGN KEY (board_id, account_id) REFERENCES accounts (board_id, id)
);

CREATE TABLE account_links (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER,
    PRIMARY KEY (board_id, id),
    CHECK (to_day IS NULL OR to_day >= from_day),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id),
    FOREIGN KEY (board_id, account_id) REFERENCES accounts (board_id, id)
);
CREATE INDEX account_links_by_account ON account_links (board_id, account_id);

CREATE TABLE account_verifications (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('name_shown', 'test_seen', 'test_confirmed')),
    shown_name TEXT,
    passed BOOLEAN NOT NULL,
    verified_by TEXT NOT NULL,
    verified_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, account_id) REFERENCES accounts (board_id, id)
);

-- The static codes of stalls. The payload is kept as printed, also that of a vendor's own sticker.
CREATE TABLE codes (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    number_id BIGINT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('issued', 'existing')),
    reference TEXT,
    payload TEXT NOT NULL,
    check_code TEXT NOT NULL,
    issued_at_ms BIGINT NOT NULL,
    revoked_at_ms BIGINT,
    revoked_because TEXT,
    replaces_code_id BIGINT,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id),
    FOREIGN KEY (board_id, account_id) REFERENCES accounts (board_id, id),
    FOREIGN KEY (board_id, number_id) REFERENCES receiving_numbers (board_id, id)
);
CREATE INDEX codes_by_occupancy ON codes (board_id, occupancy_id);

CREATE TABLE code_checks (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    code_id BIGINT NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('right', 'wrong_account', 'other_code', 'unreadable')),
    scanned_payload TEXT,
    checked_by TEXT NOT NULL,
    checked_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, code_id) REFERENCES codes (board_id, id)
);
CREATE INDEX code_checks_by_code ON code_checks (board_id, code_id);

CREATE TABLE consents (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    id BIGINT NOT NULL,
    vendor_id BIGINT,
    account_id BIGINT,
    purpose TEXT NOT NULL CHECK (purpose IN
        ('register', 'receive_notices', 'share_amounts', 'use_of_account', 'keep_outgoing')),
    given_by TEXT NOT NULL,
    given_at_ms BIGINT NOT NULL,
    withdrawn_at_ms BIGINT,
    PRIMARY KEY (board_id, id),
    CHECK ((vendor_id IS NULL) <> (account_id IS NULL)),
    FOREIGN KEY (board_id, vendor_id) REFERENCES vendors (board_id, id),
    FOREIGN KEY (board_id, account_id) REFERENCES accounts (board_id, id)
);

-- Who holds a reference now: a static code for good, a request for 400 days.
CREATE TABLE reference_claims (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    reference TEXT NOT NULL,
    target_kind TEXT NOT NULL CHECK (target_kind IN ('code', 'request')),
    target_id BIGINT NOT NULL,
    claimed_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, reference)
);

-- ---------------------------------------------------------------- requests
CREATE TABLE requests (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    number_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('sale', 'fee')),
    amount_vnd BIGINT NOT NULL CHECK (amount_vnd > 0),
    purpose TEXT NOT NULL,
    reference TEXT NOT NULL,
    payload TEXT NOT NULL,
    order_feed_id BIGINT,
    order_code TEXT,
    -- The key that asked, which knows the amount.
    created_by BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    cancelled_at_ms BIGINT,
    received_vnd BIGINT NOT NULL,
    last_paid_at_ms BIGINT,
    -- The part of it that came after the expiry.
    late_vnd BIGINT NOT NULL,
    -- Payments a thousand times off that nobody has judged yet.
    thousandfold_count BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id),
    FOREIGN KEY (board_id, number_id) REFERENCES receiving_numbers (board_id, id)
);
CREATE INDEX requests_by_account ON requests (board_id, account_id, created_at_ms);
CREATE UNIQUE INDEX requests_by_order ON requests (board_id, order_feed_id, order_code);

-- ---------------------------------------------------------------- feeds
CREATE TABLE feeds (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    id BIGINT NOT NULL,
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    config TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    disabled_at_ms BIGINT,
    PRIMARY KEY (board_id, id)
);

CREATE TABLE feed_secrets (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, feed_id) REFERENCES feeds (board_id, id)
);

-- The accounts that a feed reports, by the board's days, both ends included; no to_day: now. What
-- source names is reported by one feed at a time: any transfer of the account, or the orders of
-- one merchant. is_paused: ended by disabling the feed, to be taken up again with it.
CREATE TABLE feed_accounts (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER,
    is_paused BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, feed_id) REFERENCES feeds (board_id, id),
    FOREIGN KEY (board_id, account_id) REFERENCES accounts (board_id, id)
);
CREATE UNIQUE INDEX feed_accounts_live
    ON feed_accounts (board_id, account_id, source) WHERE to_day IS NULL;
CREATE INDEX feed_accounts_by_feed ON feed_accounts (board_id, feed_id);

-- ---------------------------------------------------------------- ledger
-- The hot tables have no foreign keys, and transfers no CHECK: a batch would pay for each of its rows.
-- `cho40 doctor` checks what they would.

-- Erasable: raw bodies with memo and payer.
CREATE TABLE deliveries (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BYTEA,
    PRIMARY KEY (board_id, id)
);

CREATE INDEX deliveries_undecodable ON deliveries (board_id, id) WHERE outcome = 'undecodable';

-- An undecodable delivery that could be read later is kept as another one.
CREATE TABLE delivery_replays (
    board_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    became_id BIGINT NOT NULL,
    PRIMARY KEY (board_id, delivery_id)
);

-- The last 200 refused deliveries of each feed, numbered upwards. presented_key: keyed fingerprint
-- of the key that was sent in clear.
CREATE TABLE refused_deliveries (
    board_id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    reason TEXT NOT NULL,
    headers TEXT NOT NULL,
    presented_key BIGINT,
    body BYTEA NOT NULL,
    is_truncated BOOLEAN NOT NULL,
    PRIMARY KEY (board_id, feed_id, number)
);

CREATE TABLE sightings (
    board_id BIGINT NOT NULL,
    namespace TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    feed_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    item INTEGER NOT NULL,
    transfer_id BIGINT,
    fields_digest BIGINT NOT NULL,
    PRIMARY KEY (board_id, namespace, provider_id)
);

-- The same provider id again with other fields: both are kept, a person looks.
CREATE TABLE sighting_conflicts (
    board_id BIGINT NOT NULL,
    namespace TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    fields_digest BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    item INTEGER NOT NULL,
    PRIMARY KEY (board_id, namespace, provider_id, fields_digest)
);
CREATE INDEX sighting_conflicts_by_delivery ON sighting_conflicts (board_id, delivery_id);

-- Immutable, with the rules' own attribution: its number 1, one line over the whole amount.
CREATE TABLE transfers (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    item INTEGER NOT NULL,
    -- 'in', 'out'.
    direction TEXT NOT NULL,
    amount_vnd BIGINT NOT NULL,
    occurred_at_ms BIGINT NOT NULL,
    -- 'second', 'minute', 'day'.
    occurred_precision TEXT NOT NULL,
    -- The board's day under which it is totalled, by the day start of the time.
    day INTEGER NOT NULL,
    recorded_at_ms BIGINT NOT NULL,
    -- 'bank', 'aggregator', 'phone', 'statement', 'declared'.
    evidence TEXT NOT NULL,
    fingerprint BIGINT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    code_id BIGINT,
    request_id BIGINT,
    class TEXT NOT NULL,
    rule TEXT NOT NULL,
    -- What counts it where it counts, whatever the board's settings become later: below the first
    -- it is small; the second says that it met a request of another amount.
    minimum_receipt_vnd BIGINT NOT NULL,
    wrong_amount BOOLEAN NOT NULL,
    -- Erasable.
    payer_key BIGINT,
    PRIMARY KEY (board_id, id)
);

-- Attributions after the first, by people or by rules run again. Append-only; the highest seq of a
-- transfer counts, and its lines sum to the transfer.
CREATE TABLE attribution_lines (
    board_id BIGINT NOT NULL,
    transfer_id BIGINT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 1),
    line INTEGER NOT NULL,
    occupancy_id BIGINT NOT NULL,
    code_id BIGINT,
    request_id BIGINT,
    class TEXT NOT NULL CHECK (class IN ('sale', 'debt_repayment', 'deposit', 'fee', 'personal',
        'cash_out', 'supplier', 'refund', 'reversal', 'test', 'unclassified')),
    amount_vnd BIGINT NOT NULL CHECK (amount_vnd > 0),
    rule TEXT NOT NULL,
    decided_by BIGINT,
    recorded_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, transfer_id, seq, line)
);

-- The transfers of an occupancy or an account: filled behind the hook, because a random place in an
-- index costs a batch more than all its other rows. What is not yet here is in event_pages after
-- the board's indexed_seq. An occupancy's row may be of an attribution that was replaced since.
CREATE TABLE transfer_index (
    board_id BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    transfer_id BIGINT NOT NULL,
    PRIMARY KEY (board_id, subject_id, transfer_id)
);

-- What no rule could assign, until a person does. Erasable: memo and payer.
CREATE TABLE unassigned (
    board_id BIGINT NOT NULL,
    transfer_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    reason TEXT NOT NULL,
    memo TEXT,
    payer_name TEXT,
    proposed_request_id BIGINT,
    recorded_at_ms BIGINT NOT NULL,
    resolved_at_ms BIGINT,
    PRIMARY KEY (board_id, transfer_id)
);
-- What waits, and what waited for more than a day: all that a report asks for, and few.
CREATE INDEX unassigned_for_long ON unassigned (board_id, recorded_at_ms)
    WHERE resolved_at_ms IS NULL OR resolved_at_ms > recorded_at_ms + 86400000;

-- ---------------------------------------------------------------- totals
-- occupancy_id 0: no stall yet; account_id 0: a number that is not registered.
CREATE TABLE day_totals (
    board_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    occupancy_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    sale_count BIGINT NOT NULL DEFAULT 0,
    sale_vnd BIGINT NOT NULL DEFAULT 0,
    debt_repayment_count BIGINT NOT NULL DEFAULT 0,
    debt_repayment_vnd BIGINT NOT NULL DEFAULT 0,
    deposit_count BIGINT NOT NULL DEFAULT 0,
    deposit_vnd BIGINT NOT NULL DEFAULT 0,
    fee_count BIGINT NOT NULL DEFAULT 0,
    fee_vnd BIGINT NOT NULL DEFAULT 0,
    personal_count BIGINT NOT NULL DEFAULT 0,
    personal_vnd BIGINT NOT NULL DEFAULT 0,
    cash_out_count BIGINT NOT NULL DEFAULT 0,
    cash_out_vnd BIGINT NOT NULL DEFAULT 0,
    supplier_count BIGINT NOT NULL DEFAULT 0,
    supplier_vnd BIGINT NOT NULL DEFAULT 0,
    refund_count BIGINT NOT NULL DEFAULT 0,
    refund_vnd BIGINT NOT NULL DEFAULT 0,
    reversal_count BIGINT NOT NULL DEFAULT 0,
    reversal_vnd BIGINT NOT NULL DEFAULT 0,
    test_count BIGINT NOT NULL DEFAULT 0,
    test_vnd BIGINT NOT NULL DEFAULT 0,
    unclassified_count BIGINT NOT NULL DEFAULT 0,
    unclassified_vnd BIGINT NOT NULL DEFAULT 0,
    small_count BIGINT NOT NULL DEFAULT 0,
    small_vnd BIGINT NOT NULL DEFAULT 0,
    named_count BIGINT NOT NULL DEFAULT 0,
    wrong_amount_count BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (board_id, day, occupancy_id, account_id)
);

-- The receipts of a day in two significant digits, see ledger/histogram.rs. Up to the event
-- board_heads.indexed_seq; those of later events are still in event_pages.
CREATE TABLE receipt_logs (
    board_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    occupancy_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    log TEXT NOT NULL,
    PRIMARY KEY (board_id, day, occupancy_id, account_id)
);

-- A whole month of an occupancy and account. Valid only while the month stands in rolled_months;
-- a late change of a rolled month takes it out again, in the same transaction.
CREATE TABLE month_totals (
    board_id BIGINT NOT NULL,
    month INTEGER NOT NULL,
    occupancy_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    receipt_count BIGINT NOT NULL,
    receipt_vnd BIGINT NOT NULL,
    unclassified_count BIGINT NOT NULL,
    unclassified_vnd BIGINT NOT NULL,
    returned_vnd BIGINT NOT NULL,
    named_count BIGINT NOT NULL,
    wrong_amount_count BIGINT NOT NULL,
    receipt_days BIGINT NOT NULL,
    possible_days BIGINT NOT NULL,
    histogram BYTEA NOT NULL,
    PRIMARY KEY (board_id, month, occupancy_id, account_id)
);

CREATE TABLE rolled_months (
    board_id BIGINT NOT NULL,
    month INTEGER NOT NULL,
    PRIMARY KEY (board_id, month)
);

-- Who paid, as a keyed hash, where the feed names the payer.
CREATE TABLE payer_days (
    board_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    occupancy_id BIGINT NOT NULL,
    payer_key BIGINT NOT NULL,
    -- 0 when all of them were found to be something else.
    receipt_count BIGINT NOT NULL,
    PRIMARY KEY (board_id, day, occupancy_id, payer_key)
);

-- A feed's day: how much came, how well it matched, how late it was (histogram of bank time to
-- recorded time; upper bounds in ledger/latency.rs).
CREATE TABLE feed_days (
    board_id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    delivery_count BIGINT NOT NULL,
    duplicate_count BIGINT NOT NULL,
    undecodable_count BIGINT NOT NULL,
    incoming_count BIGINT NOT NULL,
    matched_count BIGINT NOT NULL,
    latency_0 BIGINT NOT NULL,
    latency_1 BIGINT NOT NULL,
    latency_2 BIGINT NOT NULL,
    latency_3 BIGINT NOT NULL,
    latency_4 BIGINT NOT NULL,
    latency_5 BIGINT NOT NULL,
    latency_6 BIGINT NOT NULL,
    latency_7 BIGINT NOT NULL,
    latency_8 BIGINT NOT NULL,
    latency_9 BIGINT NOT NULL,
    last_received_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, feed_id, day)
);

-- Which accounts of a bank a feed reported on a day: the least and the greatest account id are
-- enough to tell whether an account other than a given one was heard of.
CREATE TABLE feed_bank_days (
    board_id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    bin TEXT NOT NULL,
    day INTEGER NOT NULL,
    least_account_id BIGINT NOT NULL,
    greatest_account_id BIGINT NOT NULL,
    PRIMARY KEY (board_id, feed_id, bin, day)
);

-- ---------------------------------------------------------------- events
-- One row a batch and board, holding events first_seq..=last_seq as a JSON array of bare numbers:
-- the hook pays for one row a batch, a reader with a cursor still sees every event once and in
-- order.
CREATE TABLE event_pages (
    board_id BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    recorded_at_ms BIGINT NOT NULL,
    events TEXT NOT NULL,
    PRIMARY KEY (board_id, last_seq)
)
-- A page is read soon and whole: not worth compressing, as PostgreSQL would from 2 kB up.
WITH (toast_tuple_target = 8160);
