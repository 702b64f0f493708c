//! What was told of an account's days before a statement.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{index, reading, strays};
use crate::db::schema::{board_heads, statement_days as d, suspected_pairs as p, transfers};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{Direction, Precision};
use crate::ledger::item::Evidence;
use crate::ledger::likeness::{Likeness, Telling};
use crate::ledger::matching::Rule;
use crate::ledger::transfers::Stored;
use crate::primitives::ids::{AccountId, BoardId, FeedId};
use crate::primitives::{Day, UnixMs, Vnd};

/// Transfers that one query reads; each reads the board's newest events along.
const AT_ONCE: i64 = 10_000;

/// A transfer that was told before.
#[derive(Clone, Debug)]
pub struct Told {
    pub transfer_id: i64,
    pub direction: Direction,
    pub amount: Vnd,
    pub precision: Precision,
    pub rule: Rule,
    /// A statement has told it, surely.
    pub is_row: bool,
    /// How well a row of the file agrees with it that waits for a person.
    pub held: Option<Likeness>,
    /// What its row says; the rest stands in its delivery.
    pub telling: Telling,
}

impl Told {
    pub const fn key(&self) -> (Direction, Vnd) {
        (self.direction, self.amount)
    }
}

/// Ids of rows that were told before, with their transfers.
pub type Known = HashMap<String, Option<i64>>;

type Raw = (i64, String, i64, i64, String, String, String);

/// What is read: transfers of an account that occurred on some days, both ends included, beside the
/// files of a sender.
#[derive(Clone, Debug)]
pub struct Scope {
    pub board_id: BoardId,
    pub account_id: AccountId,
    pub sender: String,
    pub days: (Day, Day),
}

/// All of the scope, but what the file's known rows tell. What stands in their deliveries is not
/// read.
pub fn of_account(
    connection: &mut DbConnection,
    scope: &Scope,
    known: &Known,
) -> Outcome<Vec<Told>> {
    let floor = index::floor_at(scope.days.0.start(0));
    let (board_id, account_id) = (scope.board_id, scope.account_id.0);
    let rows_of = rows_of(known);
    let (mut found, mut below) = (Vec::new(), i64::MAX);
    loop {
        let mut ids = index::transfers_of(connection, board_id, account_id, below, AT_ONCE)?;
        // All of the tail come along; those beyond the page come again with their own.
        ids.truncate(AT_ONCE as usize);
        let recent: Vec<i64> = ids.iter().copied().filter(|id| *id >= floor).collect();
        found.append(&mut some(connection, scope, &recent, known, &rows_of)?);
        match ids.last() {
            Some(last) if recent.len() as i64 == AT_ONCE => below = *last,
            _ => break,
        }
    }
    found.sort_unstable_by_key(|one| one.transfer_id);
    Ok(found)
}

/// Of these transfers those of the scope, but what the file's known rows tell.
pub fn these(
    connection: &mut DbConnection,
    scope: &Scope,
    ids: &[i64],
    known: &Known,
) -> Outcome<Vec<Told>> {
    let rows_of = rows_of(known);
    let mut found = Vec::new();
    for part in ids.chunks(AT_ONCE as usize) {
        found.append(&mut some(connection, scope, part, known, &rows_of)?);
    }
    found.sort_unstable_by_key(|one| one.transfer_id);
    Ok(found)
}

/// What contradicts the first report of a transfer, waits for a person, and tells other money of the
/// scope's account and days: the transfer as the later report tells it.
pub fn contradicting(connection: &mut DbConnection, scope: &Scope) -> Outcome<Vec<Stored>> {
    use crate::db::schema::{deliveries as y, sighting_conflicts as c, sightings as s};
    let of_sighting = s::board_id
        .eq(c::board_id)
        .and(s::namespace.eq(c::namespace))
        .and(s::provider_id.eq(c::provider_id));
    let (from, before) = (scope.days.0.start(0), scope.days.1.plus(1).start(0));
    let rows: Vec<(Option<i64>, i64, i32, i64, i64)> = c::table
        .inner_join(s::table.on(of_sighting))
        .inner_join(y::table.on(y::board_id.eq(c::board_id).and(y::id.eq(c::delivery_id))))
        .filter(c::board_id.eq(scope.board_id.0))
        .filter(c::verdict.is_null())
        .select((s::transfer_id, c::delivery_id, c::item, y::feed_id, y::received_at_ms))
        .load(connection)?;
    let mut found = Vec::new();
    for (id, delivery_id, item, feed_id, received_at_ms) in rows {
        let Some(id) = id else { continue };
        let counted = reading::these(connection, scope.board_id, &[id])?.pop();
        let of_scope = counted.filter(|stored| {
            stored.account_id == Some(scope.account_id)
                && (from.0..before.0).contains(&stored.occurred_at.0)
        });
        let (feed_id, recorded_at) = (FeedId(feed_id), UnixMs(received_at_ms));
        found.extend(of_scope.map(|stored| Stored {
            feed_id,
            delivery_id,
            item,
            recorded_at,
            ..stored
        }));
    }
    Ok(found)
}

/// How many known rows tell each transfer.
fn rows_of(known: &Known) -> HashMap<i64, usize> {
    let mut rows_of = HashMap::new();
    for id in known.values().flatten() {
        *rows_of.entry(*id).or_default() += 1;
    }
    rows_of
}

fn some(
    connection: &mut DbConnection,
    scope: &Scope,
    ids: &[i64],
    known: &Known,
    rows_of: &HashMap<i64, usize>,
) -> Outcome<Vec<Told>> {
    let (from, before) = (scope.days.0.start(0), scope.days.1.plus(1).start(0));
    let rows: Vec<Raw> = transfers::table
        .filter(transfers::board_id.eq(scope.board_id.0))
        .filter(transfers::id.eq_any(ids))
        // Those of no account are its strays.
        .filter(transfers::account_id.eq_any([scope.account_id.0, 0]))
        .filter(transfers::evidence.ne(Evidence::Declared.as_str()))
        .filter(transfers::occurred_at_ms.ge(from.0))
        .filter(transfers::occurred_at_ms.lt(before.0))
        .select((
            transfers::id,
            transfers::direction,
            transfers::amount_vnd,
            transfers::occurred_at_ms,
            transfers::occurred_precision,
            transfers::rule,
            transfers::evidence,
        ))
        .load(connection)?;
    let mut pairs = pairs_of(connection, scope, &rows)?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let pairs = pairs.remove(&row.0).unwrap_or_default();
        let waiting =
            || pairs.iter().filter(|pair| !pair.is_settled && known.contains_key(&pair.row_id));
        // The others of its rows in the file tell it surely.
        if rows_of.get(&row.0).copied().unwrap_or(0) > waiting().count() {
            continue;
        }
        let held = waiting().map(|pair| pair.likeness.unwrap_or(Likeness::Reference)).min();
        found.push(told(row, pairs.iter().any(|pair| pair.is_settled), held)?);
    }
    Ok(found)
}

/// Whether anybody has told of money on an account since a day.
pub fn is_told(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    since: Day,
) -> Outcome<bool> {
    let floor = index::floor_at(since.start(0));
    let ids = index::transfers_of(connection, board_id, account_id.0, i64::MAX, 1)?;
    if ids.first().is_some_and(|id| *id >= floor) {
        return Ok(true);
    }
    // Its number may have been told of before it was registered.
    strays::is_any_of(connection, board_id, account_id, floor)
}

/// Whole days that an account's statements have told, both ends included, as far as they lie
/// between two.
pub fn whole_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    (first, last): (Day, Day),
) -> Outcome<Vec<(Day, Day)>> {
    let rows: Vec<(i32, i32)> = d::table
        .filter(d::board_id.eq(board_id.0))
        .filter(d::account_id.eq(account_id.0))
        .filter(d::from_day.le(last.0))
        .filter(d::to_day.ge(first.0))
        .select((d::from_day, d::to_day))
        .distinct()
        .load(connection)?;
    Ok(rows.into_iter().map(|(from, to)| (Day(from), Day(to))).collect())
}

/// The number of the board's last event.
pub fn last_event(connection: &mut DbConnection, board_id: BoardId) -> Outcome<i64> {
    let head = board_heads::table.find(board_id.0).select(board_heads::event_seq);
    Ok(head.first(connection)?)
}

/// A row of a statement that is another telling of a transfer.
struct PairOf {
    row_id: String,
    is_settled: bool,
    likeness: Option<Likeness>,
}

/// The sender's other tellings of these transfers.
fn pairs_of(
    connection: &mut DbConnection,
    scope: &Scope,
    rows: &[Raw],
) -> Outcome<HashMap<i64, Vec<PairOf>>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let rows: Vec<(i64, String, Option<String>, Option<Likeness>)> = p::table
        .filter(p::board_id.eq(scope.board_id.0))
        .filter(p::transfer_id.eq_any(ids))
        .filter(p::sender.eq(&scope.sender))
        .filter(p::own_transfer_id.is_null())
        .select((p::transfer_id, p::provider_id, p::verdict, p::likeness))
        .load(connection)?;
    let mut pairs: HashMap<i64, Vec<PairOf>> = HashMap::new();
    for (transfer_id, row_id, verdict, likeness) in rows {
        let pair = PairOf { row_id, is_settled: verdict.is_some(), likeness };
        pairs.entry(transfer_id).or_default().push(pair);
    }
    Ok(pairs)
}

fn told(
    (id, direction, amount_vnd, occurred_at_ms, precision, rule, evidence): Raw,
    is_settled: bool,
    held: Option<Likeness>,
) -> Outcome<Told> {
    let unknown = || Fault::broken(format!("unknown words of {id}"));
    let precision = Precision::parse(&precision).ok_or_else(unknown)?;
    let when = (UnixMs(occurred_at_ms), precision);
    Ok(Told {
        transfer_id: id,
        direction: Direction::parse(&direction).ok_or_else(unknown)?,
        amount: Vnd::new(amount_vnd),
        precision,
        rule: Rule::parse(&rule),
        is_row: is_settled || evidence == Evidence::Statement.as_str(),
        held,
        telling: Telling::new(when, None, "", Vec::new()),
    })
}
