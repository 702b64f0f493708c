//! What other senders told of an account's days.

use std::collections::HashSet;

use diesel::prelude::*;

use super::index;
use crate::db::schema::{board_heads, suspected_pairs as p, transfers};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{Direction, Precision};
use crate::ledger::item::Evidence;
use crate::ledger::matching::Rule;
use crate::primitives::ids::{AccountId, BoardId, FeedId};
use crate::primitives::{Day, UnixMs, Vnd};
use crate::vietqr::Reference;

/// Transfers that one query reads; each reads the board's newest events along.
const AT_ONCE: i64 = 10_000;

/// A transfer that another sender told first.
#[derive(Clone, Debug)]
pub struct Told {
    pub transfer_id: i64,
    pub direction: Direction,
    pub amount: Vnd,
    pub occurred_at: UnixMs,
    pub precision: Precision,
    pub rule: Rule,
    pub bank_reference: Option<String>,
    pub names: Vec<Reference>,
}

type Raw = (i64, String, i64, i64, String, String);

/// Transfers of an account that occurred on some days, were not told by the feed, and of which the
/// sender has sent no report either. What stands in their deliveries is not read.
pub fn by_others(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    feed_id: FeedId,
    sender: &str,
    (first, last): (Day, Day),
) -> Outcome<Vec<Told>> {
    let (from, before) = (first.start(0), last.plus(1).start(0));
    let floor = index::floor_at(from);
    let (mut found, mut below) = (Vec::new(), i64::MAX);
    loop {
        let mut ids = index::transfers_of(connection, board_id, account_id.0, below, AT_ONCE)?;
        // All of the tail come along; those beyond the page come again with their own.
        ids.truncate(AT_ONCE as usize);
        let recent: Vec<i64> = ids.iter().copied().filter(|id| *id >= floor).collect();
        let rows: Vec<Raw> = transfers::table
            .filter(transfers::board_id.eq(board_id.0))
            .filter(transfers::id.eq_any(&recent))
            .filter(transfers::account_id.eq(account_id.0))
            .filter(transfers::feed_id.ne(feed_id.0))
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
            ))
            .load(connection)?;
        let taken = linked(connection, board_id, sender, &rows)?;
        let free = rows.into_iter().filter(|row| !taken.contains(&row.0));
        found.extend(free.map(told).collect::<Outcome<Vec<_>>>()?);
        match ids.last() {
            Some(last) if recent.len() as i64 == AT_ONCE => below = *last,
            _ => break,
        }
    }
    Ok(found)
}

/// The number of the board's last event.
pub fn last_event(connection: &mut DbConnection, board_id: BoardId) -> Outcome<i64> {
    let head = board_heads::table.find(board_id.0).select(board_heads::event_seq);
    Ok(head.first(connection)?)
}

/// Of these transfers, those of which the sender has sent a report.
fn linked(
    connection: &mut DbConnection,
    board_id: BoardId,
    sender: &str,
    rows: &[Raw],
) -> Outcome<HashSet<i64>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let taken: Vec<i64> = p::table
        .filter(p::board_id.eq(board_id.0))
        .filter(p::transfer_id.eq_any(ids))
        .filter(p::sender.eq(sender))
        .filter(p::own_transfer_id.is_null())
        .select(p::transfer_id)
        .load(connection)?;
    Ok(taken.into_iter().collect())
}

fn told((id, direction, amount_vnd, occurred_at_ms, precision, rule): Raw) -> Outcome<Told> {
    let unknown = || Fault::broken(format!("unknown words of {id}"));
    Ok(Told {
        transfer_id: id,
        direction: Direction::parse(&direction).ok_or_else(unknown)?,
        amount: Vnd::new(amount_vnd),
        occurred_at: UnixMs(occurred_at_ms),
        precision: Precision::parse(&precision).ok_or_else(unknown)?,
        rule: Rule::parse(&rule),
        bank_reference: None,
        names: Vec::new(),
    })
}
