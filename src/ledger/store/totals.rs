//! Adding a batch's sums to the totals.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::heads::Head;
use super::{receipts, rollup};
use crate::db::rows::{Kind, Table, Value, Writes};
use crate::db::{DbConnection, Outcome};
use crate::ledger::class::Class;
use crate::ledger::latency;
use crate::ledger::pieces::Piece;
use crate::ledger::totals::{BankKey, DayDelta, DayKey, Heard, PayerKey, Totals};
use crate::primitives::ids::BoardId;

/// Columns of `day_totals` after the classes' own.
const OTHER_SUMS: [&str; 4] = ["small_count", "small_vnd", "named_count", "wrong_amount_count"];
const DAY_KEYS: [(&str, Kind); 4] = [
    ("board_id", Kind::Int),
    ("day", Kind::Int),
    ("occupancy_id", Kind::Int),
    ("account_id", Kind::Int),
];

static DAY_TOTALS: LazyLock<Table> = LazyLock::new(|| {
    let mut sums: Vec<&'static str> = Vec::new();
    for class in Class::ALL {
        sums.extend([class.count_column(), class.amount_column()]);
    }
    sums.extend(OTHER_SUMS);
    day_table(&sums)
});

/// One table a class: most rows of a batch hold receipts of one class, and SQLite pays for each
/// column that it binds and adds.
static CLASS_TOTALS: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let table = |class: &Class| {
        day_table(&[
            class.count_column(),
            class.amount_column(),
            "named_count",
            "wrong_amount_count",
        ])
    };
    Class::ALL.iter().map(table).collect()
});

static FEED_DAYS: LazyLock<Table> = LazyLock::new(|| {
    let mut columns = vec![("board_id", Kind::Int), ("feed_id", Kind::Int), ("day", Kind::Int)];
    let mut sums = vec![
        "delivery_count",
        "duplicate_count",
        "undecodable_count",
        "incoming_count",
        "matched_count",
    ];
    sums.extend(latency::COLUMNS);
    columns.extend(sums.iter().map(|name| (*name, Kind::Int)));
    columns.push(("last_received_at_ms", Kind::Int));
    let greatest = "last_received_at_ms = CASE \
         WHEN feed_days.last_received_at_ms < excluded.last_received_at_ms \
         THEN excluded.last_received_at_ms ELSE feed_days.last_received_at_ms END";
    let suffix = upsert("feed_days", "board_id, feed_id, day", &sums, Some(greatest));
    Table::new("feed_days", &columns, &suffix)
});

static FEED_BANK_DAYS: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("feed_id", Kind::Int),
        ("bin", Kind::Text),
        ("day", Kind::Int),
        ("least_account_id", Kind::Int),
        ("greatest_account_id", Kind::Int),
    ];
    let suffix = "ON CONFLICT (board_id, feed_id, bin, day) DO UPDATE SET \
         least_account_id = CASE \
         WHEN excluded.least_account_id < feed_bank_days.least_account_id \
         THEN excluded.least_account_id ELSE feed_bank_days.least_account_id END, \
         greatest_account_id = CASE \
         WHEN excluded.greatest_account_id > feed_bank_days.greatest_account_id \
         THEN excluded.greatest_account_id ELSE feed_bank_days.greatest_account_id END";
    Table::new("feed_bank_days", &columns, suffix)
});

static PAYER_DAYS: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("day", Kind::Int),
        ("occupancy_id", Kind::Int),
        ("payer_key", Kind::Int),
        ("receipt_count", Kind::Int),
    ];
    let suffix = "ON CONFLICT (board_id, day, occupancy_id, payer_key) DO UPDATE SET \
         receipt_count = payer_days.receipt_count + excluded.receipt_count";
    Table::new("payer_days", &columns, suffix)
});

fn day_table(sums: &[&'static str]) -> Table {
    let mut columns = DAY_KEYS.to_vec();
    columns.extend(sums.iter().map(|name| (*name, Kind::Int)));
    let keys = "board_id, day, occupancy_id, account_id";
    let suffix = upsert("day_totals", keys, sums, None);
    Table::new("day_totals", &columns, &suffix)
}

fn upsert(table: &str, keys: &str, sums: &[&str], last: Option<&str>) -> String {
    let added = |column: &&str| format!("{column} = {table}.{column} + excluded.{column}");
    let sets: Vec<_> = sums.iter().map(added).chain(last.map(str::to_owned)).collect();
    format!("ON CONFLICT ({keys}) DO UPDATE SET {}", sets.join(", "))
}

/// Lays out everything that is added, and takes out of the roll-up what a late transfer changed:
/// where one may have, the boards are locked.
pub fn add<'t>(
    connection: &mut DbConnection,
    writes: &mut Writes<'t>,
    heads: &[Head],
    totals: &'t Totals,
) -> Outcome<()> {
    unroll_changed(connection, heads, totals)?;
    add_days(connection, writes, &totals.days);
    let mut values = Vec::with_capacity(totals.feeds.len() * 19);
    for ((board_id, feed_id, day), delta) in &totals.feeds {
        values.extend([
            Value::Int(board_id.0),
            Value::Int(feed_id.0),
            Value::from(day.0),
            Value::Int(delta.deliveries),
            Value::Int(delta.duplicates),
            Value::Int(delta.undecodable),
            Value::Int(delta.incoming),
            Value::Int(delta.matched),
        ]);
        values.extend(delta.latency.iter().map(|count| Value::Int(*count)));
        values.push(Value::Int(delta.last_received.0));
    }
    writes.push(&FEED_DAYS, values);
    let bank = |((board_id, feed_id, bin, day), (least, greatest)): (&'t BankKey, &Heard)| {
        [
            Value::Int(board_id.0),
            Value::Int(feed_id.0),
            Value::from(bin.as_str()),
            Value::from(day.0),
            Value::Int(least.0),
            Value::Int(greatest.0),
        ]
    };
    writes.push(&FEED_BANK_DAYS, totals.banks.iter().flat_map(bank).collect());
    let payer = |((board_id, day, occupancy_id, payer_key), count): (&PayerKey, &i64)| {
        [
            Value::Int(board_id.0),
            Value::from(day.0),
            Value::Int(*occupancy_id),
            Value::Int(*payer_key),
            Value::Int(*count),
        ]
    };
    receipts::add(writes, &totals.receipt_logs);
    writes.push(&PAYER_DAYS, totals.payers.iter().flat_map(payer).collect());
    Ok(())
}

/// Lays out what is added to the days.
pub fn add_days(
    connection: &DbConnection,
    writes: &mut Writes<'_>,
    days: &BTreeMap<DayKey, DayDelta>,
) {
    match connection {
        DbConnection::Sqlite(_) => add_days_by_class(writes, days),
        DbConnection::Postgres(_) => {
            let rows = days.iter().flat_map(|(key, delta)| wide(key, delta));
            writes.push(&DAY_TOTALS, rows.collect());
        }
    }
}

fn add_days_by_class(writes: &mut Writes<'_>, days: &BTreeMap<DayKey, DayDelta>) {
    let mut of_class = [const { Vec::new() }; Class::ALL.len()];
    let mut of_several = Vec::new();
    for (key, delta) in days {
        let sole = sole_class(delta);
        match sole.and_then(|class| Some((class, of_class.get_mut(class)?))) {
            Some((class, values)) => values.extend(narrow(key, delta, class)),
            None => of_several.extend(wide(key, delta)),
        }
    }
    for (table, values) in CLASS_TOTALS.iter().zip(of_class) {
        writes.push(table, values);
    }
    writes.push(&DAY_TOTALS, of_several);
}

/// The class of a delta that holds nothing else.
fn sole_class(delta: &DayDelta) -> Option<usize> {
    let mut classes = delta.count.iter().enumerate().filter(|(class, count)| {
        **count != 0 || delta.amount.get(*class).is_some_and(|amount| *amount != 0)
    });
    let (class, _) = classes.next()?;
    let sole = classes.next().is_none() && delta.small_count == 0 && delta.small_amount == 0;
    sole.then_some(class)
}

fn keys(key: &DayKey) -> [Value<'static>; 4] {
    [
        Value::Int(key.board_id.0),
        Value::from(key.day.0),
        Value::Int(key.occupancy_id),
        Value::Int(key.account_id),
    ]
}

fn narrow(key: &DayKey, delta: &DayDelta, class: usize) -> Vec<Value<'static>> {
    let mut row = Vec::from(keys(key));
    row.extend([
        Value::Int(delta.count.get(class).copied().unwrap_or_default()),
        Value::Int(delta.amount.get(class).copied().unwrap_or_default()),
        Value::Int(delta.named_count),
        Value::Int(delta.wrong_amount_count),
    ]);
    row
}

fn wide(key: &DayKey, delta: &DayDelta) -> Vec<Value<'static>> {
    let mut row = Vec::from(keys(key));
    for (count, amount) in delta.count.iter().zip(&delta.amount) {
        row.extend([Value::Int(*count), Value::Int(*amount)]);
    }
    row.extend([
        Value::Int(delta.small_count),
        Value::Int(delta.small_amount),
        Value::Int(delta.named_count),
        Value::Int(delta.wrong_amount_count),
    ]);
    row
}

fn unroll_changed(connection: &mut DbConnection, heads: &[Head], totals: &Totals) -> Outcome<()> {
    let may_be_rolled = |board_id: BoardId, day| {
        let head = heads.iter().find(|head| head.board_id == board_id.0);
        head.is_none_or(|head| head.may_be_rolled(day))
    };
    let changed = totals.changed.iter().filter(|(board_id, day)| may_be_rolled(*board_id, *day));
    // A job over a year's days meets each month thirty times.
    let pieces: BTreeSet<_> =
        changed.flat_map(|(id, day)| Piece::holding(*day).map(|piece| (*id, piece))).collect();
    for (board_id, piece) in pieces {
        rollup::unroll(connection, board_id, piece)?;
    }
    Ok(())
}
