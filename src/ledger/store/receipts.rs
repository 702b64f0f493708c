//! The receipts of each day in two significant digits ([`histogram`](crate::ledger::histogram)),
//! for medians.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

use super::tail::Tail;
use crate::db::rows::{Kind, Table, Value, Writes};
use crate::db::schema::receipt_logs;
use crate::db::{DbConnection, Outcome};
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
pub fn add(writes: &mut Writes<'_>, logs: &BTreeMap<DayKey, String>) {
    let row = |(key, log): (&DayKey, &String)| {
        [
            Value::Int(key.board_id.0),
            Value::from(key.day.0),
            Value::Int(key.occupancy_id),
            Value::Int(key.account_id),
            Value::from(log.clone()),
        ]
    };
    writes.push(&LOGS, logs.iter().flat_map(row).collect());
}

/// The logs of days, spans with both ends, whole: what the tail holds is among them.
pub fn load(
    connection: &mut DbConnection,
    board_id: BoardId,
    spans: &[(Day, Day)],
    tail: &Tail,
) -> Outcome<Vec<(DayKey, String)>> {
    use receipt_logs as l;
    let in_spans = |day: Day| spans.iter().any(|(from, to)| (*from..=*to).contains(&day));
    let mut tail: BTreeMap<_, _> =
        tail.receipts.iter().filter(|(key, _)| in_spans(key.day)).collect();
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
                log += more;
            }
            found.push((key, log));
        }
    }
    found.extend(tail.into_iter().map(|(key, log)| (*key, log.clone())));
    Ok(found)
}

/// The same by occupancy and account, what its days have one after the other.
pub fn together(
    connection: &mut DbConnection,
    board_id: BoardId,
    spans: &[(Day, Day)],
    tail: &Tail,
) -> Outcome<HashMap<(i64, i64), String>> {
    let mut found: HashMap<_, String> = HashMap::new();
    let in_span = |(from, to): &(Day, Day), day| (*from..=*to).contains(&day);
    for span in spans {
        if tail.receipts.keys().any(|key| in_span(span, key.day)) {
            for (key, log) in load(connection, board_id, &[*span], tail)? {
                *found.entry((key.occupancy_id, key.account_id)).or_default() += &log;
            }
            continue;
        }
        let query = diesel::sql_query(
            "SELECT occupancy_id, account_id, string_agg(log, '') AS log FROM receipt_logs \
             WHERE board_id = $1 AND day BETWEEN $2 AND $3 GROUP BY occupancy_id, account_id",
        )
        .bind::<BigInt, _>(board_id.0)
        .bind::<Integer, _>(span.0.0)
        .bind::<Integer, _>(span.1.0);
        let rows: Vec<Together> = query.load(connection)?;
        for row in rows {
            *found.entry((row.occupancy_id, row.account_id)).or_default() += &row.log;
        }
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct Together {
    #[diesel(sql_type = BigInt)]
    occupancy_id: i64,
    #[diesel(sql_type = BigInt)]
    account_id: i64,
    #[diesel(sql_type = Text)]
    log: String,
}
