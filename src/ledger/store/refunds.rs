//! Which money out gives back which money in.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::{index, reading};
use crate::access::Act;
use crate::db::schema::refunds::{self as r, table as rows};
use crate::db::schema::{transfer_index as i, transfers as t};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::Direction;
use crate::ledger::class::Class;
use crate::ledger::item::Evidence;
use crate::ledger::refunds::{RefundFilter, RefundRow};
use crate::ledger::transfers::Stored;
use crate::primitives::ids::{ActorId, BoardId, OccupancyId, RefundId, TransferId};
use crate::primitives::time::MS_PER_DAY;
use crate::primitives::{Day, UnixMs, Vnd};
use crate::registry::PageRequest;

/// The true money out is seen so long after it was declared at most; and so long before, since
/// people declare the next day.
const SEEN_AFTER_MS: i64 = 30 * MS_PER_DAY;
const SEEN_BEFORE_MS: i64 = MS_PER_DAY;
/// Transfers that one declared refund may be, as far as they are shown.
const SHOWN: i64 = 10;

type Raw = (
    (i64, i64, i64, bool, String, i64, Option<i64>),
    (Option<String>, i64, i64, Option<i64>, Option<i64>, Option<i64>),
);

macro_rules! columns {
    () => {
        (
            (
                r::id,
                r::original_id,
                r::outgoing_id,
                r::is_declared,
                r::class,
                r::amount_vnd,
                r::occupancy_id,
            ),
            (r::why, r::linked_by, r::linked_at_ms, r::declared_id, r::undone_by, r::undone_at_ms),
        )
    };
}

fn read((of, became): Raw) -> Outcome<RefundRow> {
    let (id, original_id, outgoing_id, is_declared, class, amount_vnd, occupancy_id) = of;
    let (why, linked_by, linked_at_ms, declared_id, undone_by, undone_at_ms) = became;
    Ok(RefundRow {
        id: RefundId(id),
        original_id: TransferId(original_id),
        outgoing_id: TransferId(outgoing_id),
        is_declared,
        class: Class::parse(&class)
            .ok_or_else(|| Fault::broken(format!("unknown class {class}")))?,
        amount: Vnd::new(amount_vnd),
        occupancy_id: occupancy_id.map(OccupancyId),
        why,
        linked_by: ActorId(linked_by),
        linked_at: UnixMs(linked_at_ms),
        declared_id: declared_id.map(TransferId),
        undone_by: undone_by.map(ActorId),
        undone_at: undone_at_ms.map(UnixMs),
    })
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, row: &RefundRow) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            r::board_id.eq(board_id.0),
            r::id.eq(row.id.0),
            r::original_id.eq(row.original_id.0),
            r::outgoing_id.eq(row.outgoing_id.0),
            r::is_declared.eq(row.is_declared),
            r::class.eq(row.class.as_str()),
            r::amount_vnd.eq(row.amount.get()),
            r::occupancy_id.eq(row.occupancy_id.map(|id| id.0)),
            r::why.eq(row.why.as_deref()),
            r::linked_by.eq(row.linked_by.0),
            r::linked_at_ms.eq(row.linked_at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RefundId,
) -> Outcome<Option<RefundRow>> {
    let query = rows.find((board_id.0, id.0)).select(columns!());
    query.first::<Raw>(connection).optional()?.map(read).transpose()
}

/// Newest first.
pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &RefundFilter,
    page: PageRequest,
) -> Outcome<Vec<RefundRow>> {
    let mut query = rows
        .filter(r::board_id.eq(board_id.0))
        .filter(r::id.lt(page.after.unwrap_or(i64::MAX)))
        .order(r::id.desc())
        .limit(page.rows())
        .select(columns!())
        .into_boxed();
    if let Some(id) = filter.transfer_id {
        query = query.filter(r::original_id.eq(id.0).or(r::outgoing_id.eq(id.0)));
    }
    if let Some(waiting) = filter.waiting {
        let waits = r::is_declared.and(r::undone_at_ms.is_null());
        query = if waiting { query.filter(waits) } else { query.filter(diesel::dsl::not(waits)) };
    }
    let raw: Vec<Raw> = query.load(connection)?;
    raw.into_iter().map(read).collect()
}

/// Refunds that hold, of these originals.
pub fn of_originals(
    connection: &mut DbConnection,
    board_id: BoardId,
    original_ids: &[i64],
) -> Outcome<Vec<RefundRow>> {
    let raw: Vec<Raw> = rows
        .filter(r::board_id.eq(board_id.0))
        .filter(r::original_id.eq_any(original_ids))
        .filter(r::undone_at_ms.is_null())
        .order(r::id)
        .select(columns!())
        .load(connection)?;
    raw.into_iter().map(read).collect()
}

/// Refunds with any of these on either side, those that were undone too.
pub fn of_any(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[i64],
) -> Outcome<Vec<RefundRow>> {
    let raw: Vec<Raw> = rows
        .filter(r::board_id.eq(board_id.0))
        .filter(r::original_id.eq_any(ids).or(r::outgoing_id.eq_any(ids)))
        .order(r::id)
        .select(columns!())
        .load(connection)?;
    raw.into_iter().map(read).collect()
}

/// Refunds that hold, for which this money out stands.
pub fn of_outgoing(
    connection: &mut DbConnection,
    board_id: BoardId,
    outgoing_id: TransferId,
) -> Outcome<Vec<RefundRow>> {
    let raw: Vec<Raw> = rows
        .filter(r::board_id.eq(board_id.0))
        .filter(r::outgoing_id.eq(outgoing_id.0))
        .filter(r::undone_at_ms.is_null())
        .order(r::id)
        .select(columns!())
        .load(connection)?;
    raw.into_iter().map(read).collect()
}

/// Whose money a refund gave back, once that is known.
pub fn name_stall(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RefundId,
    occupancy_id: Option<OccupancyId>,
) -> Outcome<()> {
    diesel::update(rows.find((board_id.0, id.0)))
        .set(r::occupancy_id.eq(occupancy_id.map(|id| id.0)))
        .execute(connection)?;
    Ok(())
}

/// Refunds that hold, whose money out is, or was, a stall's and of these days.
pub fn of_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    (from, to): (Day, Day),
) -> Outcome<Vec<RefundRow>> {
    // Money out is in the index at once.
    let of_stall = i::table
        .filter(i::board_id.eq(board_id.0))
        .filter(i::subject_id.eq(occupancy_id.0))
        .filter(i::transfer_id.eq(r::outgoing_id));
    let of_days = t::table
        .filter(t::board_id.eq(board_id.0))
        .filter(t::id.eq(r::outgoing_id))
        .filter(t::day.between(from.0, to.0));
    let raw: Vec<Raw> = rows
        .filter(r::board_id.eq(board_id.0))
        .filter(r::undone_at_ms.is_null())
        .filter(exists(of_stall))
        .filter(exists(of_days))
        .order(r::id)
        .select(columns!())
        .load(connection)?;
    raw.into_iter().map(read).collect()
}

/// Money out that was seen takes the declared one's place.
pub fn take_place(
    connection: &mut DbConnection,
    board_id: BoardId,
    row: &RefundRow,
    seen_id: TransferId,
) -> Outcome<()> {
    diesel::update(rows.find((board_id.0, row.id.0)))
        .set((
            r::outgoing_id.eq(seen_id.0),
            r::is_declared.eq(false),
            r::declared_id.eq(row.outgoing_id.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn undo(connection: &mut DbConnection, act: &Act, id: RefundId) -> Outcome<()> {
    diesel::update(rows.find((act.board_id().0, id.0)))
        .set((r::undone_by.eq(act.scope.actor.0), r::undone_at_ms.eq(act.at.0)))
        .execute(connection)?;
    Ok(())
}

/// Money out of the same account that may be what was declared: of its amount, seen, and nobody has
/// said what it was. Worked out when it is asked for, so it is never stale.
pub fn may_be(
    connection: &mut DbConnection,
    board_id: BoardId,
    row: &RefundRow,
) -> Outcome<Vec<TransferId>> {
    let declared = reading::transfer(connection, board_id, row.outgoing_id)?;
    let Some(account_id) = declared.account_id else { return Ok(Vec::new()) };
    let (from, to) = (
        declared.occurred_at.plus_ms(-SEEN_BEFORE_MS),
        declared.occurred_at.plus_ms(SEEN_AFTER_MS),
    );
    let of_account = i::table
        .filter(i::board_id.eq(board_id.0))
        .filter(i::subject_id.eq(account_id.0))
        .filter(i::transfer_id.ge(index::floor_at(from)))
        .select(i::transfer_id);
    let ids: Vec<i64> = t::table
        .filter(t::board_id.eq(board_id.0))
        .filter(t::id.eq_any(of_account))
        .filter(t::direction.eq(Direction::Out.as_str()))
        .filter(t::amount_vnd.eq(declared.amount.get()))
        .filter(t::evidence.ne(Evidence::Declared.as_str()))
        .filter(t::occurred_at_ms.between(from.0, to.0))
        .order(t::id)
        .limit(SHOWN)
        .select(t::id)
        .load(connection)?;
    let mut found = reading::these(connection, board_id, &ids)?;
    found.retain(|one| one.lines.iter().all(|line| line.class == Class::Unclassified));
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// A declared refund that this money out may be.
pub fn declared_like(
    connection: &mut DbConnection,
    board_id: BoardId,
    seen: &Stored,
) -> Outcome<Option<RefundId>> {
    let Some(account_id) = seen.account_id else { return Ok(None) };
    let (from, to) =
        (seen.occurred_at.plus_ms(-SEEN_AFTER_MS), seen.occurred_at.plus_ms(SEEN_BEFORE_MS));
    let declared = t::table
        .filter(t::board_id.eq(board_id.0))
        .filter(t::id.eq(r::outgoing_id))
        .filter(t::account_id.eq(account_id.0))
        .filter(t::amount_vnd.eq(seen.amount.get()))
        .filter(t::occurred_at_ms.between(from.0, to.0));
    let id: Option<i64> = rows
        .filter(r::board_id.eq(board_id.0))
        .filter(r::is_declared)
        .filter(r::undone_at_ms.is_null())
        .filter(exists(declared))
        .order(r::id)
        .select(r::id)
        .first(connection)
        .optional()?;
    Ok(id.map(RefundId))
}
