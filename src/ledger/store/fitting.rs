//! Transfers of an account that a batch's reports may be of, by what their rows say.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::index;
use crate::db::schema::{
    listed_deliveries, statements, suspected_pairs as p, transfer_index as i, transfers as t,
};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{Direction, Precision};
use crate::ledger::item::Evidence;
use crate::ledger::likeness::{LATE_DAYS, Likeness};
use crate::ledger::statement;
use crate::ledger::transfers::Stored;
use crate::primitives::ids::{AccountId, BoardId, OccupancyId};
use crate::primitives::time::MS_PER_DAY;
use crate::primitives::{UnixMs, Vnd};

/// Entries of the index that are read at once.
const AT_ONCE: usize = 2_000;

/// What the reports of a batch on one account ask for, so that the account's index is walked once,
/// however many they are.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub amounts: BTreeSet<i64>,
    /// The least and the greatest time that fits one of them.
    pub from: UnixMs,
    pub to: UnixMs,
}

/// A transfer, as far as its row is compared.
#[derive(Clone, Debug)]
pub struct Told {
    pub transfer_id: i64,
    pub direction: Direction,
    pub amount: Vnd,
    pub occurred_at: UnixMs,
    pub precision: Precision,
    pub feed_id: i64,
    /// Read from a list with ids of its own.
    pub is_listed: bool,
    /// When it was recorded, where a statement told it first.
    pub statement_at: Option<UnixMs>,
    /// Who has sent another report of it.
    pub senders: Vec<Reporter>,
}

/// The sender of another report.
#[derive(Clone, Debug)]
pub struct Reporter {
    pub sender: String,
    /// How well it agrees, where it waits for a person beside a statement's row.
    pub held: Option<Likeness>,
}

type Row = (i64, String, i64, i64, String, i64, i64, String, i64);

/// Transfers of the account that may be wanted: all of the index, and of those that it has not come
/// to, and of the account's strays. None is left out because there are many.
pub fn told(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    wanted: &Wanted,
    besides: &[i64],
) -> Outcome<Vec<Told>> {
    let mut found = Vec::new();
    for ids in besides.chunks(AT_ONCE) {
        found.append(&mut these(connection, board_id, account_id, wanted, ids)?);
    }
    let mut from_id = index::floor_at(wanted.from);
    loop {
        let ids: Vec<i64> = i::table
            .filter(i::board_id.eq(board_id.0))
            .filter(i::subject_id.eq(account_id.0))
            .filter(i::transfer_id.ge(from_id))
            .order(i::transfer_id)
            .limit(AT_ONCE as i64)
            .select(i::transfer_id)
            .load(connection)?;
        found.append(&mut these(connection, board_id, account_id, wanted, &ids)?);
        match ids.last() {
            Some(last) if ids.len() == AT_ONCE => from_id = last.saturating_add(1),
            _ => break,
        }
    }
    found.sort_unstable_by_key(|one| one.transfer_id);
    found.dedup_by_key(|one| one.transfer_id);
    Ok(found)
}

/// A stall's transfers of the same amount and direction as another one, not far from it in time.
pub fn at_stall(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    as_this: &Stored,
) -> Outcome<Vec<i64>> {
    let far = i64::from(LATE_DAYS + 1) * MS_PER_DAY;
    let (from, to) = (as_this.occurred_at.plus_ms(-far), as_this.occurred_at.plus_ms(far));
    let (floor, mut before) = (index::floor_at(from), i64::MAX);
    let mut found = Vec::new();
    loop {
        let limit = AT_ONCE as i64;
        let ids = index::transfers_of(connection, board_id, occupancy_id.0, before, limit)?;
        // What the index has not come to yet stands before it; it comes again with each page.
        for ids in ids.chunks(AT_ONCE) {
            let fit: Vec<i64> = t::table
                .filter(t::board_id.eq(board_id.0))
                .filter(t::id.eq_any(ids))
                .filter(t::direction.eq(as_this.direction.as_str()))
                .filter(t::amount_vnd.eq(as_this.amount.get()))
                .filter(t::evidence.ne(Evidence::Declared.as_str()))
                .filter(t::occurred_at_ms.between(from.0, to.0))
                .filter(t::id.ne(as_this.id.0))
                .select(t::id)
                .load(connection)?;
            found.extend(fit);
        }
        match ids.last() {
            Some(last) if ids.len() >= AT_ONCE && *last > floor => before = *last,
            _ => break,
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// When a statement of the account was committed last.
pub fn last_statement(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
) -> Outcome<Option<UnixMs>> {
    let last: Option<i64> = statements::table
        .filter(statements::board_id.eq(board_id.0))
        .filter(statements::account_id.eq(account_id.0))
        .select(diesel::dsl::max(statements::committed_at_ms))
        .first(connection)?;
    Ok(last.map(UnixMs))
}

/// Of some transfers those that may be wanted.
fn these(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    wanted: &Wanted,
    ids: &[i64],
) -> Outcome<Vec<Told>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // A date alone fits all that fits its day.
    let from = wanted.from.day(0).start(0);
    let rows: Vec<Row> = t::table
        .filter(t::board_id.eq(board_id.0))
        .filter(t::id.eq_any(ids))
        // Those of no account are its strays.
        .filter(t::account_id.eq_any([account_id.0, 0]))
        .filter(t::evidence.ne(Evidence::Declared.as_str()))
        .filter(t::amount_vnd.eq_any(&wanted.amounts))
        .filter(t::occurred_at_ms.between(from.0, wanted.to.0))
        .select((
            t::id,
            t::direction,
            t::amount_vnd,
            t::occurred_at_ms,
            t::occurred_precision,
            t::feed_id,
            t::delivery_id,
            t::evidence,
            t::recorded_at_ms,
        ))
        .load(connection)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let deliveries: BTreeSet<i64> = rows.iter().map(|row| row.6).collect();
    let listed: Vec<i64> = listed_deliveries::table
        .filter(listed_deliveries::board_id.eq(board_id.0))
        .filter(listed_deliveries::delivery_id.eq_any(deliveries))
        .select(listed_deliveries::delivery_id)
        .load(connection)?;
    let listed: BTreeSet<i64> = listed.into_iter().collect();
    let pairs: Vec<(i64, String, Option<String>, Option<Likeness>)> = p::table
        .filter(p::board_id.eq(board_id.0))
        .filter(p::transfer_id.eq_any(rows.iter().map(|row| row.0)))
        .filter(p::own_transfer_id.is_null())
        .select((p::transfer_id, p::sender, p::verdict, p::likeness))
        .load(connection)?;
    let mut senders: HashMap<i64, Vec<Reporter>> = HashMap::new();
    for (transfer_id, sender, verdict, likeness) in pairs {
        let held = likeness.filter(|_| verdict.is_none());
        senders.entry(transfer_id).or_default().push(Reporter { sender, held });
    }
    rows.into_iter().map(|row| read(row, &listed, &mut senders)).collect()
}

fn read(
    row: Row,
    listed: &BTreeSet<i64>,
    senders: &mut HashMap<i64, Vec<Reporter>>,
) -> Outcome<Told> {
    let (transfer_id, direction, amount, occurred_at, precision, feed_id, delivery_id, ..) = row;
    let (.., evidence, recorded_at) = row;
    let unknown = || Fault::broken(format!("unknown words in transfer {transfer_id}"));
    Ok(Told {
        transfer_id,
        direction: Direction::parse(&direction).ok_or_else(unknown)?,
        amount: Vnd::new(amount),
        occurred_at: UnixMs(occurred_at),
        precision: Precision::parse(&precision).ok_or_else(unknown)?,
        feed_id,
        is_listed: listed.contains(&delivery_id),
        statement_at: statement::recorded_at(&evidence, UnixMs(recorded_at)),
        senders: senders.remove(&transfer_id).unwrap_or_default(),
    })
}
