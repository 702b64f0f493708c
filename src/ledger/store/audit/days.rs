//! Day totals against the present lines.

use std::collections::BTreeMap;
use std::fmt;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

use super::{IS_RECEIPT, Mismatch, PRESENT, joined, numbers};
use crate::db::rows::Writes;
use crate::db::schema::{day_totals, receipt_logs};
use crate::db::{DbConnection, Outcome};
use crate::ledger::class::Class;
use crate::ledger::histogram::{self, Histogram};
use crate::ledger::store::tail::Tail;
use crate::ledger::store::{receipts, totals as store_totals};
use crate::ledger::totals::{DayDelta, DayKey, Totals};
use crate::primitives::ids::{AccountId, BoardId, OccupancyId};
use crate::primitives::{Day, Vnd};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    day: i32,
    occupancy_id: i64,
    account_id: i64,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (occupancy, account) = (OccupancyId(self.occupancy_id), AccountId(self.account_id));
        write!(f, "{} {occupancy} {account}", Day(self.day))
    }
}

/// What a row holds; amounts in đồng.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    /// Count and amount of each class.
    classes: [(i64, i64); Class::ALL.len()],
    small: (i64, i64),
    named: i64,
    wrong_amount: i64,
}

impl Sums {
    fn add(&mut self, delta: &DayDelta) {
        for ((sum, count), amount) in self.classes.iter_mut().zip(delta.count).zip(delta.amount) {
            *sum = (sum.0 + count, sum.1 + amount);
        }
        self.small.0 += delta.small_count;
        self.small.1 += delta.small_amount;
        self.named += delta.named_count;
        self.wrong_amount += delta.wrong_amount_count;
    }

    /// What makes such a row out of none.
    fn delta(&self) -> DayDelta {
        DayDelta {
            count: self.classes.map(|(count, _)| count),
            amount: self.classes.map(|(_, amount)| amount),
            small_count: self.small.0,
            small_amount: self.small.1,
            named_count: self.named,
            wrong_amount_count: self.wrong_amount,
        }
    }
}

#[derive(Debug, Default)]
struct Row {
    sums: Sums,
    receipt_log: String,
}

impl Row {
    /// A log holds its receipts in any order, and some with their removal.
    fn agrees(&self, other: &Self) -> bool {
        let receipts = |row: &Self| Histogram::from_log(&row.receipt_log).packed();
        self.sums == other.sums
            && (self.receipt_log == other.receipt_log || receipts(self) == receipts(other))
    }

    fn shown(&self) -> String {
        let classes = Class::ALL.iter().zip(self.sums.classes).filter(|(_, sum)| *sum != (0, 0));
        let class = |(class, (count, amount)): (&Class, (i64, i64))| {
            format!("{} {count} = {amount} đ", class.as_str())
        };
        let mut shown: Vec<_> = classes.map(class).collect();
        let Sums { small, named, wrong_amount, .. } = &self.sums;
        let logged = Histogram::from_log(&self.receipt_log).count();
        shown.extend([
            format!("small {} = {} đ", small.0, small.1),
            format!("named {named}, wrong amount {wrong_amount}, logged {logged}"),
        ]);
        shown.join(", ")
    }
}

/// A row as it is kept, and as the lines make it.
type Sides = (Key, Option<Row>, Option<Row>);

/// Rows whose sums, or whose receipts, are not those of the lines.
pub fn differing(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let shown = |row: Option<Row>| row.as_ref().map(Row::shown);
    let mismatch = |(key, kept, due): Sides| Mismatch::new(key, shown(kept), shown(due));
    Ok(unequal(connection, board_id)?.into_iter().map(mismatch).collect())
}

fn unequal(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Sides>> {
    let mut due = due(connection, board_id)?;
    let mut found = Vec::new();
    for (key, kept) in kept(connection, board_id)? {
        let due = due.remove(&key);
        if !kept.agrees(due.as_ref().unwrap_or(&Row::default())) {
            found.push((key, Some(kept), due));
        }
    }
    found.extend(due.into_iter().map(|(key, due)| (key, None, Some(due))));
    Ok(found)
}

/// Makes the wrong rows anew, and takes their months and thirds out of the roll-up. The board is locked, and
/// its tail is folded.
pub fn mend(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    let mut totals = Totals::default();
    for (Key { day, occupancy_id, account_id }, _, due) in unequal(connection, board_id)? {
        let row = (board_id.0, day, occupancy_id, account_id);
        diesel::delete(day_totals::table.find(row)).execute(connection)?;
        diesel::delete(receipt_logs::table.find(row)).execute(connection)?;
        let key = DayKey { board_id, day: Day(day), occupancy_id, account_id };
        totals.changed.insert((board_id, key.day));
        let Some(Row { sums, receipt_log }) = due else { continue };
        totals.days.insert(key, sums.delta());
        if !receipt_log.is_empty() {
            totals.receipt_logs.insert(key, receipt_log);
        }
    }
    let mut writes = Writes::default();
    store_totals::add(connection, &mut writes, &[], &totals)?;
    writes.run(connection)
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
    is_small: i64,
    #[diesel(sql_type = Text)]
    digits: String,
    #[diesel(sql_type = BigInt)]
    lines: i64,
    #[diesel(sql_type = BigInt)]
    sum_vnd: i64,
    #[diesel(sql_type = BigInt)]
    least_vnd: i64,
    #[diesel(sql_type = BigInt)]
    named: i64,
    #[diesel(sql_type = BigInt)]
    wrong_amount: i64,
}

/// What the lines make of each day. Receipts come grouped by their first two digits and their
/// length, so that each group is one entry of the log.
fn due(connection: &mut DbConnection, board_id: BoardId) -> Outcome<BTreeMap<Key, Row>> {
    let groups: Vec<LineSum> = diesel::sql_query(format!(
        "WITH p AS ({PRESENT}), counted AS (
           SELECT p.*, CASE WHEN p.class IN ('sale', 'debt_repayment', 'deposit')
                  AND p.amount_vnd < p.minimum_receipt_vnd
                THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS is_small,
             CASE WHEN {IS_RECEIPT} THEN SUBSTR(CAST(p.amount_vnd AS TEXT), 1, 2) || ' '
                  || CAST(LENGTH(CAST(p.amount_vnd AS TEXT)) AS TEXT) ELSE '' END AS digits
           FROM p WHERE (p.direction = 'in' AND p.class NOT IN ('refund', 'reversal'))
             OR (p.direction = 'out' AND p.class IN ('supplier', 'refund', 'reversal')))
         SELECT day, occupancy_id, account_id, class, is_small, digits, COUNT(*) AS lines,
           CAST(SUM(amount_vnd) AS BIGINT) AS sum_vnd, MIN(amount_vnd) AS least_vnd,
           COUNT(payer_key) AS named,
           CAST(SUM(CASE WHEN request_id = wrong_request_id THEN 1 ELSE 0 END) AS BIGINT)
             AS wrong_amount
         FROM counted GROUP BY day, occupancy_id, account_id, class, is_small, digits"
    ))
    .bind::<BigInt, _>(board_id.0)
    .load(connection)?;
    let mut days: BTreeMap<Key, Row> = BTreeMap::new();
    for group in groups {
        let LineSum { day, occupancy_id, account_id, .. } = group;
        let row = days.entry(Key { day, occupancy_id, account_id }).or_default();
        row.sums.wrong_amount += group.wrong_amount;
        let class = Class::parse(&group.class).map_or(0, |class| class as usize);
        let sum = match group.is_small {
            1 => Some(&mut row.sums.small),
            _ => row.sums.classes.get_mut(class),
        };
        if let Some(sum) = sum {
            *sum = (sum.0 + group.lines, sum.1 + group.sum_vnd);
        }
        if !group.digits.is_empty() {
            row.sums.named += group.named;
            let entry = histogram::entry(Vnd::new(group.least_vnd));
            row.receipt_log += &entry.repeat(usize::try_from(group.lines).unwrap_or_default());
        }
    }
    Ok(days)
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
}

fn kept(connection: &mut DbConnection, board_id: BoardId) -> Outcome<BTreeMap<Key, Row>> {
    let classes = Class::ALL.iter().flat_map(|class| [class.count_column(), class.amount_column()]);
    let others = ["small_count", "small_vnd", "named_count", "wrong_amount_count"];
    let columns: Vec<_> = classes.chain(others).collect();
    let rows: Vec<RawDay> = diesel::sql_query(format!(
        "SELECT day, occupancy_id, account_id, {} AS sums
         FROM day_totals WHERE board_id = $1",
        joined(&columns)
    ))
    .bind::<BigInt, _>(board_id.0)
    .load(connection)?;
    let read = |row: RawDay| {
        let RawDay { day, occupancy_id, account_id, sums } = row;
        let mut numbers = numbers(&sums).into_iter();
        let mut next = || numbers.next().unwrap_or_default();
        let mut sums = Sums::default();
        for class in &mut sums.classes {
            *class = (next(), next());
        }
        sums.small = (next(), next());
        (sums.named, sums.wrong_amount) = (next(), next());
        let row = Row { sums, receipt_log: String::new() };
        (Key { day, occupancy_id, account_id }, row)
    };
    let mut kept: BTreeMap<Key, Row> = rows.into_iter().map(read).collect();
    let tail = Tail::load(connection, board_id)?;
    for (DayKey { day: Day(day), occupancy_id, account_id, .. }, delta) in &tail.days {
        let key = Key { day: *day, occupancy_id: *occupancy_id, account_id: *account_id };
        kept.entry(key).or_default().sums.add(delta);
    }
    let ever = [(Day(i32::MIN), Day(i32::MAX))];
    for (key, log) in receipts::load(connection, board_id, &ever, &tail)? {
        let DayKey { day: Day(day), occupancy_id, account_id, .. } = key;
        kept.entry(Key { day, occupancy_id, account_id }).or_default().receipt_log = log;
    }
    Ok(kept)
}
