//! A year of totals, written in bulk as the ledger would have kept them: every occupancy has a row
//! on every day, whatever the number of transfers. The transfers themselves are left out.

use cho40::db::rows::{Kind, Table, Value};
use cho40::db::{DbConnection, Outcome};
use cho40::ledger::{histogram, rollup};
use cho40::on_db;
use cho40::primitives::{Day, Vnd};
use diesel::connection::SimpleConnection;

use super::market::{Market, Stall};

/// One transfer of so many has no stall at first.
const UNASSIGNED_ONE_IN: u64 = 100;
/// Accounts that have such a transfer on one day.
const LOOSE_ACCOUNTS: u64 = 10;
/// After so long a person has assigned it; well below a day.
const WAITED_MS: i64 = 3_600_000;

/// What is filled in.
#[derive(Clone, Copy, Debug)]
pub struct Year {
    pub last: Day,
    pub days: i32,
    pub transfers: u64,
}

/// Rows laid end to end, by table.
#[derive(Default)]
struct Rows {
    day_totals: Vec<Value<'static>>,
    receipt_logs: Vec<Value<'static>>,
    feed_days: Vec<Value<'static>>,
    feed_bank_days: Vec<Value<'static>>,
    unassigned: Vec<Value<'static>>,
}

struct Tables {
    day_totals: Table,
    receipt_logs: Table,
    feed_days: Table,
    feed_bank_days: Table,
    unassigned: Table,
}

impl Year {
    /// Writes the year day by day and rolls up what is finished.
    pub fn fill(self, connection: &mut DbConnection, market: &Market) -> Outcome<()> {
        let tables = Tables::new();
        connection.in_transaction(|connection| {
            for number in 0..self.days {
                let mut rows = Rows::default();
                self.day(number, market, &mut rows);
                tables.write(connection, &rows)?;
            }
            rollup::roll_up(connection, market.board_id, self.last.plus(1), usize::MAX)?;
            Ok(())
        })?;
        if let DbConnection::Postgres(_) = connection {
            // What autovacuum does soon after such a load.
            on_db!(connection, inner => inner.batch_execute("VACUUM ANALYZE")?);
        }
        Ok(())
    }

    fn day(self, number: i32, market: &Market, rows: &mut Rows) {
        let day = self.last.plus(1 - self.days + number);
        let stalls = market.stalls.len() as u64;
        let cells = stalls * self.days as u64;
        let unassigned = self.transfers / UNASSIGNED_ONE_IN;
        let first = number as u64 * stalls;
        let mut incoming = 0;
        for (cell, stall) in (first..).zip(&market.stalls) {
            let count = share(self.transfers - unassigned, cells, cell);
            rows.receipts(market, day, stall, (cell, count));
            incoming += count;
        }
        let loose_days = LOOSE_ACCOUNTS * self.days as u64;
        for place in 0..LOOSE_ACCOUNTS {
            let cell = number as u64 * LOOSE_ACCOUNTS + place;
            let count = share(unassigned, loose_days, cell);
            let stall = market.stalls.get((cell * 617 % stalls) as usize);
            if let Some(stall) = stall {
                rows.loose(market, day, stall, (cell, count));
            }
            incoming += count;
        }
        rows.feed(market, day, incoming);
    }
}

/// The part of a whole that falls to one of so many cells, so that all parts make the whole.
const fn share(whole: u64, cells: u64, cell: u64) -> u64 {
    (cell + 1) * whole / cells - cell * whole / cells
}

impl Rows {
    fn receipts(&mut self, market: &Market, day: Day, stall: &Stall, (cell, count): (u64, u64)) {
        let (mut total, mut log) = (0, String::new());
        for number in 0..count {
            let amount = 5_000 + ((cell * 31 + number * 7_919) % 400) as i64 * 1_000;
            total += amount;
            log.push_str(&histogram::entry(Vnd::new(amount)));
        }
        let counts = [count as i64, total, 0, 0];
        self.total(market, day, (stall.code.occupancy_id.0, stall.code.account_id.0), counts, log);
    }

    /// Money that waited for a person an hour each time, and was then found to be somebody else's:
    /// its row stays at the account.
    fn loose(&mut self, market: &Market, day: Day, stall: &Stall, (cell, count): (u64, u64)) {
        let counts = [0, 0, count as i64, count as i64 * 50_000];
        self.total(market, day, (0, stall.code.account_id.0), counts, String::new());
        let recorded = day.start(0).plus_ms(WAITED_MS);
        for number in 0..count {
            self.unassigned.extend([
                Value::Int(market.board_id.0),
                Value::Int((cell * 1_000_000 + number) as i64),
                Value::Int(stall.code.account_id.0),
                Value::Int(market.feed_id.0),
                Value::from(day.0),
                Value::from("no_occupancy"),
                Value::from("CHUYEN TIEN"),
                Value::Int(recorded.0),
                Value::Int(recorded.0 + WAITED_MS),
            ]);
        }
    }

    fn total(
        &mut self,
        market: &Market,
        day: Day,
        (occupancy_id, account_id): (i64, i64),
        counts: [i64; 4],
        log: String,
    ) {
        let key = [
            Value::Int(market.board_id.0),
            Value::from(day.0),
            Value::Int(occupancy_id),
            Value::Int(account_id),
        ];
        if !log.is_empty() {
            self.receipt_logs.extend(key.clone());
            self.receipt_logs.push(Value::from(log));
        }
        self.day_totals.extend(key);
        self.day_totals.extend(counts.map(Value::Int));
    }

    fn feed(&mut self, market: &Market, day: Day, incoming: u64) {
        let incoming = incoming as i64;
        let received = day.plus(1).start(0).plus_ms(-1);
        let (board_id, feed_id) = (market.board_id.0, market.feed_id.0);
        self.feed_days.extend([board_id, feed_id].map(Value::Int));
        self.feed_days.push(Value::from(day.0));
        self.feed_days.extend([incoming, 0, 0, incoming, incoming].map(Value::Int));
        let mut delays = [0; 10];
        if let Some(two_seconds) = delays.get_mut(1) {
            *two_seconds = incoming;
        }
        self.feed_days.extend(delays.map(Value::Int));
        self.feed_days.push(Value::Int(received.0));
        let mut bins: Vec<_> = market.stalls.iter().map(|stall| stall.code.bin.as_str()).collect();
        bins.sort_unstable();
        bins.dedup();
        for bin in bins {
            let accounts = market
                .stalls
                .iter()
                .filter(|stall| stall.code.bin == bin)
                .map(|s| s.code.account_id.0);
            self.feed_bank_days.extend([
                Value::Int(board_id),
                Value::Int(feed_id),
                Value::from(bin.to_owned()),
                Value::from(day.0),
                Value::Int(accounts.clone().min().unwrap_or_default()),
                Value::Int(accounts.max().unwrap_or_default()),
            ]);
        }
    }
}

impl Tables {
    fn new() -> Self {
        let ints = |names: &[&'static str]| -> Vec<_> {
            names.iter().map(|name| (*name, Kind::Int)).collect()
        };
        let mut totals = ints(&["board_id", "day", "occupancy_id", "account_id"]);
        totals.extend(ints(&["sale_count", "sale_vnd", "unclassified_count", "unclassified_vnd"]));
        let mut logs = ints(&["board_id", "day", "occupancy_id", "account_id"]);
        logs.push(("log", Kind::Text));
        let mut feeds = ints(&["board_id", "feed_id", "day"]);
        feeds.extend(ints(&["delivery_count", "duplicate_count", "undecodable_count"]));
        feeds.extend(ints(&["incoming_count", "matched_count"]));
        feeds.extend(ints(&cho40::ledger::latency::COLUMNS));
        feeds.extend(ints(&["last_received_at_ms"]));
        let mut banks = ints(&["board_id", "feed_id"]);
        banks.push(("bin", Kind::Text));
        banks.extend(ints(&["day", "least_account_id", "greatest_account_id"]));
        let mut waiting = ints(&["board_id", "transfer_id", "account_id", "feed_id", "day"]);
        waiting.extend([("reason", Kind::Text), ("memo", Kind::Text)]);
        waiting.extend(ints(&["recorded_at_ms", "resolved_at_ms"]));
        Self {
            day_totals: Table::new("day_totals", &totals, ""),
            receipt_logs: Table::new("receipt_logs", &logs, ""),
            feed_days: Table::new("feed_days", &feeds, ""),
            feed_bank_days: Table::new("feed_bank_days", &banks, ""),
            unassigned: Table::new("unassigned", &waiting, ""),
        }
    }

    fn write(&self, connection: &mut DbConnection, rows: &Rows) -> Outcome<()> {
        self.day_totals.insert(connection, &rows.day_totals)?;
        self.receipt_logs.insert(connection, &rows.receipt_logs)?;
        self.feed_days.insert(connection, &rows.feed_days)?;
        self.feed_bank_days.insert(connection, &rows.feed_bank_days)?;
        self.unassigned.insert(connection, &rows.unassigned)?;
        Ok(())
    }
}
