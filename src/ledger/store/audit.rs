//! The doctor's queries: whole tables, read rarely.

use std::collections::BTreeMap;
use std::fmt;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Text};

use crate::db::schema::{board_heads, event_pages};
use crate::db::{DbConnection, Outcome};
use crate::ledger::class::Class;
use crate::primitives::Day;
use crate::primitives::ids::{AccountId, BoardId, OccupancyId, RequestId, TransferId};

/// The present lines of each transfer: those of its last attribution, or the rules' own.
const PRESENT_LINES: &str = "(
    SELECT board_id, transfer_id, seq, occupancy_id, request_id, class, amount_vnd
    FROM attribution_lines a WHERE NOT EXISTS (SELECT 1 FROM attribution_lines n
      WHERE n.board_id = a.board_id AND n.transfer_id = a.transfer_id AND n.seq > a.seq)
    UNION ALL
    SELECT board_id, id, 1, occupancy_id, request_id, class, amount_vnd
    FROM transfers t WHERE NOT EXISTS (SELECT 1 FROM attribution_lines n
      WHERE n.board_id = t.board_id AND n.transfer_id = t.id)
  ) l WHERE l.board_id = $1";

/// (count, amount) of each class.
pub type Sums = [(i64, i64); Class::ALL.len()];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayKey {
    pub day: i32,
    pub occupancy_id: i64,
    pub account_id: i64,
}

impl fmt::Display for DayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (occupancy, account) = (OccupancyId(self.occupancy_id), AccountId(self.account_id));
        write!(f, "{} {occupancy} {account}", Day(self.day))
    }
}

#[derive(QueryableByName)]
struct Unbalanced {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    amount_vnd: i64,
    #[diesel(sql_type = BigInt)]
    lines_vnd: i64,
}

/// Transfers whose present lines do not sum to them.
pub fn unbalanced(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(TransferId, i64, i64)>> {
    let query = format!(
        "SELECT t.id, t.amount_vnd, CAST(COALESCE(s.sum_vnd, 0) AS BIGINT) AS lines_vnd
         FROM transfers t LEFT JOIN (
           SELECT l.transfer_id, SUM(l.amount_vnd) AS sum_vnd FROM {PRESENT_LINES}
           GROUP BY l.transfer_id) s ON s.transfer_id = t.id
         WHERE t.board_id = $2 AND CAST(COALESCE(s.sum_vnd, 0) AS BIGINT) <> t.amount_vnd"
    );
    let rows: Vec<Unbalanced> = diesel::sql_query(query)
        .bind::<BigInt, _>(board_id.0)
        .bind::<BigInt, _>(board_id.0)
        .load(connection)?;
    Ok(rows.into_iter().map(|row| (TransferId(row.id), row.amount_vnd, row.lines_vnd)).collect())
}

#[derive(QueryableByName)]
struct LineSum {
    #[diesel(sql_type = Integer)]
    day: i32,
    #[diesel(sql_type = BigInt)]
    occupancy_id: i64,
    #[diesel(sql_type = BigInt)]
    account_id: i64,
    #[diesel(sql_type = Text)]
    class: String,
    #[diesel(sql_type = BigInt)]
    lines: i64,
    #[diesel(sql_type = BigInt)]
    sum_vnd: i64,
}

/// What the day rows should hold, from the lines.
pub fn lines_by_day(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(DayKey, String, i64, i64)>> {
    let query = format!(
        "SELECT t.day, p.occupancy_id, t.account_id, p.class, COUNT(*) AS lines,
                CAST(SUM(p.amount_vnd) AS BIGINT) AS sum_vnd
         FROM (SELECT l.* FROM {PRESENT_LINES}) p
         JOIN transfers t ON t.board_id = p.board_id AND t.id = p.transfer_id
         WHERE (t.direction = 'in' AND p.class NOT IN ('refund', 'reversal'))
            OR (t.direction = 'out' AND p.class IN ('supplier', 'refund', 'reversal'))
         GROUP BY t.day, p.occupancy_id, t.account_id, p.class"
    );
    let rows: Vec<LineSum> =
        diesel::sql_query(query).bind::<BigInt, _>(board_id.0).load(connection)?;
    let split = |row: LineSum| {
        let key =
            DayKey { day: row.day, occupancy_id: row.occupancy_id, account_id: row.account_id };
        (key, row.class, row.lines, row.sum_vnd)
    };
    Ok(rows.into_iter().map(split).collect())
}

/// A day row as it is kept.
pub struct KeptDay {
    pub key: DayKey,
    pub sums: Sums,
    pub small: (i64, i64),
    pub receipt_log: String,
}

#[derive(QueryableByName)]
struct RawDay {
    #[diesel(sql_type = Integer)]
    day: i32,
    #[diesel(sql_type = BigInt)]
    occupancy_id: i64,
    #[diesel(sql_type = BigInt)]
    account_id: i64,
    #[diesel(sql_type = Text)]
    sums: String,
    #[diesel(sql_type = BigInt)]
    small_count: i64,
    #[diesel(sql_type = BigInt)]
    small_vnd: i64,
    #[diesel(sql_type = Text)]
    receipt_log: String,
}

pub fn kept_days(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<KeptDay>> {
    let columns: Vec<String> = Class::ALL
        .iter()
        .flat_map(|class| [class.count_column(), class.amount_column()])
        .map(|column| format!("CAST({column} AS TEXT)"))
        .collect();
    let query = format!(
        "SELECT day, occupancy_id, account_id, {} AS sums, small_count, small_vnd, receipt_log
         FROM day_totals WHERE board_id = $1",
        columns.join(" || ' ' || ")
    );
    let rows: Vec<RawDay> =
        diesel::sql_query(query).bind::<BigInt, _>(board_id.0).load(connection)?;
    let kept = |row: RawDay| {
        let mut sums = Sums::default();
        let mut numbers = row.sums.split(' ').filter_map(|number| number.parse().ok());
        for sum in &mut sums {
            *sum = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
        }
        KeptDay {
            key: DayKey {
                day: row.day,
                occupancy_id: row.occupancy_id,
                account_id: row.account_id,
            },
            sums,
            small: (row.small_count, row.small_vnd),
            receipt_log: row.receipt_log,
        }
    };
    Ok(rows.into_iter().map(kept).collect())
}

#[derive(QueryableByName)]
struct Orphan {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Sightings without their transfer, transfers without a sighting or their delivery.
pub fn orphans(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(&'static str, String)>> {
    let questions = [
        (
            "transfer of a sighting",
            "SELECT s.namespace || ' ' || s.provider_id AS name FROM sightings s
             WHERE s.board_id = $1 AND s.board_id = $2 AND s.transfer_id IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM transfers t WHERE t.board_id = s.board_id AND t.id = s.transfer_id)",
        ),
        (
            "sighting of a transfer",
            // No index leads from a transfer to its sightings: compare the two sets.
            "SELECT CAST(id AS TEXT) AS name FROM (
               SELECT id FROM transfers WHERE board_id = $1
               EXCEPT SELECT transfer_id FROM sightings WHERE board_id = $2) lone",
        ),
        (
            "delivery of a transfer",
            "SELECT CAST(t.id AS TEXT) AS name FROM transfers t
             LEFT JOIN deliveries d ON d.board_id = t.board_id AND d.id = t.delivery_id
             WHERE t.board_id = $1 AND t.board_id = $2 AND d.id IS NULL",
        ),
    ];
    let mut found = Vec::new();
    for (what, question) in questions {
        let rows: Vec<Orphan> = diesel::sql_query(question)
            .bind::<BigInt, _>(board_id.0)
            .bind::<BigInt, _>(board_id.0)
            .load(connection)?;
        found.extend(rows.into_iter().map(|row| (what, row.name)));
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct Queued {
    #[diesel(sql_type = BigInt)]
    transfer_id: i64,
    #[diesel(sql_type = Bool)]
    waits: bool,
}

/// Transfers that should wait and do not (`true`), or wait and are settled (`false`).
pub fn queue(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<(TransferId, bool)>> {
    let query = format!(
        "SELECT q.transfer_id, q.waits FROM (
           SELECT t.id AS transfer_id,
             EXISTS (SELECT 1 FROM (SELECT l.* FROM {PRESENT_LINES}) p
               WHERE p.transfer_id = t.id AND p.occupancy_id = 0 AND p.class = 'unclassified')
             AS waits,
             EXISTS (SELECT 1 FROM unassigned u WHERE u.board_id = t.board_id
               AND u.transfer_id = t.id AND u.resolved_at_ms IS NULL) AS queued
           FROM transfers t WHERE t.board_id = $2 AND t.direction = 'in') q
         WHERE q.waits <> q.queued"
    );
    let rows: Vec<Queued> = diesel::sql_query(query)
        .bind::<BigInt, _>(board_id.0)
        .bind::<BigInt, _>(board_id.0)
        .load(connection)?;
    Ok(rows.into_iter().map(|row| (TransferId(row.transfer_id), row.waits)).collect())
}

#[derive(QueryableByName)]
struct RequestSum {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    kept_vnd: i64,
    #[diesel(sql_type = BigInt)]
    sum_vnd: i64,
}

/// Requests whose received amount is not the sum of their present lines. A line of class
/// `unclassified` met the request a thousand times off and paid nothing.
pub fn requests(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(RequestId, i64, i64)>> {
    let rows: Vec<RequestSum> = diesel::sql_query(format!(
        "SELECT r.id, r.received_vnd AS kept_vnd, CAST(COALESCE(s.sum_vnd, 0) AS BIGINT) AS sum_vnd
         FROM requests r LEFT JOIN (
           SELECT l.request_id, SUM(l.amount_vnd) AS sum_vnd FROM {PRESENT_LINES}
             AND l.request_id IS NOT NULL AND l.class <> 'unclassified' GROUP BY l.request_id
         ) s ON s.request_id = r.id
         WHERE r.board_id = $2 AND r.received_vnd <> CAST(COALESCE(s.sum_vnd, 0) AS BIGINT)"
    ))
    .bind::<BigInt, _>(board_id.0)
    .bind::<BigInt, _>(board_id.0)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| (RequestId(row.id), row.kept_vnd, row.sum_vnd)).collect())
}

/// Rolled months whose receipts differ from their days'.
pub fn months(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(String, String, String)>> {
    use crate::db::schema::{day_totals, month_totals, rolled_months};
    let rolled: Vec<i32> = rolled_months::table
        .filter(rolled_months::board_id.eq(board_id.0))
        .order(rolled_months::month)
        .select(rolled_months::month)
        .load(connection)?;
    let mut found = Vec::new();
    for month in rolled {
        let kept: Vec<(i64, i64, i64, i64)> = month_totals::table
            .filter(month_totals::board_id.eq(board_id.0).and(month_totals::month.eq(month)))
            .order((month_totals::occupancy_id, month_totals::account_id))
            .select((
                month_totals::occupancy_id,
                month_totals::account_id,
                month_totals::receipt_count,
                month_totals::receipt_vnd,
            ))
            .load(connection)?;
        let span = crate::primitives::Month(month);
        let days: Vec<(i64, i64, i64, i64)> = day_totals::table
            .filter(day_totals::board_id.eq(board_id.0))
            .filter(day_totals::day.between(span.first_day().0, span.last_day().0))
            .select((
                day_totals::occupancy_id,
                day_totals::account_id,
                day_totals::sale_count
                    + day_totals::debt_repayment_count
                    + day_totals::deposit_count,
                day_totals::sale_vnd + day_totals::debt_repayment_vnd + day_totals::deposit_vnd,
            ))
            .load(connection)?;
        let mut sums: BTreeMap<(i64, i64), (i64, i64)> = BTreeMap::new();
        for (occupancy_id, account_id, count, amount) in days {
            let sum = sums.entry((occupancy_id, account_id)).or_default();
            *sum = (sum.0 + count, sum.1 + amount);
        }
        let kept: BTreeMap<_, _> =
            kept.into_iter().map(|row| ((row.0, row.1), (row.2, row.3))).collect();
        for (key, sum) in &sums {
            let have = kept.get(key).copied().unwrap_or_default();
            if have != *sum {
                let name = format!("{month} {} {}", OccupancyId(key.0), AccountId(key.1));
                found.push((name, format!("{have:?}"), format!("{sum:?}")));
            }
        }
    }
    Ok(found)
}

/// Places where event numbers skip, repeat, or do not end at the board's head.
pub fn event_gaps(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(i64, i64, i64)>> {
    let pages: Vec<(i64, i64)> = event_pages::table
        .filter(event_pages::board_id.eq(board_id.0))
        .order(event_pages::last_seq)
        .select((event_pages::first_seq, event_pages::last_seq))
        .load(connection)?;
    let head: i64 =
        board_heads::table.find(board_id.0).select(board_heads::event_seq).first(connection)?;
    let mut expected = 1;
    let mut gaps = Vec::new();
    for (first, last) in pages {
        if first != expected {
            gaps.push((last, first, expected));
        }
        expected = last + 1;
    }
    if head != expected - 1 {
        gaps.push((head, head, expected - 1));
    }
    Ok(gaps)
}
