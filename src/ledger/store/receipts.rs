//! The receipts of each day in two significant digits ([`histogram`]), for medians.
//!
//! A day's log grows with its receipts, and a batch would change one page for each. The hook
//! therefore writes only its events, from which the logs are filled together with the transfer
//! index; what they do not hold yet is read from those events.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use diesel::prelude::*;

use crate::db::rows::{Kind, Table, Value, Writes};
use crate::db::schema::{board_heads, receipt_logs};
use crate::db::{DbConnection, Outcome};
use crate::events::{self, Event, Numbered};
use crate::ledger::histogram;
use crate::ledger::totals::DayKey;
use crate::on_db;
use crate::primitives::Day;
use crate::primitives::ids::BoardId;

static LOGS: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("day", Kind::Int),
        ("occupancy_id", Kind::Int),
        ("account_id", Kind::Int),
        ("log", Kind::Text),
    ];
    let suffix = "ON CONFLICT (board_id, day, occupancy_id, account_id) DO UPDATE SET \
         log = receipt_logs.log || excluded.log";
    Table::new("receipt_logs", &columns, suffix)
});

/// Lays out what is added to the logs.
pub fn add<'l>(writes: &mut Writes<'l>, logs: &'l BTreeMap<DayKey, String>) {
    writes.push(&LOGS, rows(logs));
}

/// Adds the receipts that events tell of.
pub fn keep(connection: &mut DbConnection, board_id: BoardId, events: &[Numbered]) -> Outcome<()> {
    LOGS.insert(connection, &rows(&told(board_id, events))).map(|_| ())
}

fn rows(logs: &BTreeMap<DayKey, String>) -> Vec<Value<'_>> {
    let row = |(key, log): (&DayKey, &'_ String)| {
        [
            Value::Int(key.board_id.0),
            Value::from(key.day.0),
            Value::Int(key.occupancy_id),
            Value::Int(key.account_id),
            Value::from(log.clone()),
        ]
    };
    logs.iter().flat_map(row).collect()
}

fn told(board_id: BoardId, events: &[Numbered]) -> BTreeMap<DayKey, String> {
    let mut logs: BTreeMap<DayKey, String> = BTreeMap::new();
    for one in events {
        if let Event::TransferRecorded {
            receipt_day: Some(day),
            occupancy_id,
            account_id,
            amount,
            ..
        } = one.event
        {
            let key = DayKey {
                board_id,
                day,
                occupancy_id: occupancy_id.map_or(0, |id| id.0),
                account_id: account_id.map_or(0, |id| id.0),
            };
            *logs.entry(key).or_default() += &histogram::entry(amount);
        }
    }
    logs
}

/// The logs of days, spans with both ends, whole: what is still on its way is among them. To be
/// called in a snapshot.
pub fn load(
    connection: &mut DbConnection,
    board_id: BoardId,
    spans: &[(Day, Day)],
) -> Outcome<Vec<(DayKey, String)>> {
    use receipt_logs as l;
    let indexed_seq: i64 =
        board_heads::table.find(board_id.0).select(board_heads::indexed_seq).first(connection)?;
    let tail = events::after(connection, board_id, indexed_seq, usize::MAX)?;
    let mut tail = told(board_id, &tail);
    tail.retain(|key, _| spans.iter().any(|(from, to)| (*from..=*to).contains(&key.day)));
    let mut found = Vec::new();
    for (from, to) in spans {
        let query = l::table
            .filter(l::board_id.eq(board_id.0))
            .filter(l::day.between(from.0, to.0))
            .select((l::day, l::occupancy_id, l::account_id, l::log));
        let rows: Vec<(i32, i64, i64, String)> = on_db!(connection, inner => query.load(inner)?);
        for (day, occupancy_id, account_id, mut log) in rows {
            let key = DayKey { board_id, day: Day(day), occupancy_id, account_id };
            // A removal may stand in one and its receipt in the other.
            if let Some(more) = tail.remove(&key) {
                log += &more;
            }
            found.push((key, log));
        }
    }
    found.extend(tail);
    Ok(found)
}
