//! What people propose of transfers.

use std::collections::HashMap;

use diesel::dsl::{count_star, exists};
use diesel::prelude::*;

use crate::access::{Act, Permission};
use crate::db::schema::assignment_proposals::{self as table, table as rows};
use crate::db::schema::unassigned;
use crate::db::{DbConnection, Fault, Outcome};
use crate::ledger::assign::NewLine;
use crate::ledger::proposals::{ProposalFilter, ProposalRow, ProposalState};
use crate::primitives::UnixMs;
use crate::primitives::ids::{ActorId, BoardId, ProposalId, TransferId};
use crate::registry::PageRequest;

type Raw = (
    (i64, i64, String, String, i64, i64),
    (ProposalState, Option<i64>, Option<i64>, Option<String>, bool),
);

/// A transfer waits in the queue: a macro, because the subquery's type has no short name.
macro_rules! is_in_queue {
    () => {
        exists(
            unassigned::table
                .filter(unassigned::board_id.eq(table::board_id))
                .filter(unassigned::transfer_id.eq(table::transfer_id))
                .filter(unassigned::resolved_at_ms.is_null()),
        )
    };
}

macro_rules! columns {
    () => {
        (
            (
                table::id,
                table::transfer_id,
                table::lines,
                table::why,
                table::proposed_by,
                table::proposed_at_ms,
            ),
            (
                table::state,
                table::decided_by,
                table::decided_at_ms,
                table::decided_why,
                is_in_queue!(),
            ),
        )
    };
}

fn read((said, became): Raw) -> Outcome<ProposalRow> {
    let (id, transfer_id, lines, why, proposed_by, proposed_at_ms) = said;
    let (state, decided_by, decided_at_ms, decided_why, is_in_queue) = became;
    Ok(ProposalRow {
        id: ProposalId(id),
        transfer_id: TransferId(transfer_id),
        lines: serde_json::from_str(&lines).map_err(Fault::broken)?,
        why,
        proposed_by: ActorId(proposed_by),
        proposed_at: UnixMs(proposed_at_ms),
        state,
        decided_by: decided_by.map(ActorId),
        decided_at: decided_at_ms.map(UnixMs),
        decided_why,
        is_in_queue,
    })
}

pub fn insert(
    connection: &mut DbConnection,
    act: &Act,
    id: ProposalId,
    transfer_id: TransferId,
    lines: &[NewLine],
    why: &str,
) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(act.board_id().0),
            table::id.eq(id.0),
            table::transfer_id.eq(transfer_id.0),
            table::lines.eq(serde_json::to_string(lines).map_err(Fault::broken)?),
            table::why.eq(why),
            table::proposed_by.eq(act.scope.actor.0),
            table::proposed_at_ms.eq(act.at.0),
            table::state.eq(ProposalState::Waiting),
        ))
        .execute(connection)?;
    Ok(())
}

/// Those that the caller may see, newest first.
pub fn page(
    connection: &mut DbConnection,
    act: &Act,
    filter: &ProposalFilter,
    page: PageRequest,
) -> Outcome<Vec<ProposalRow>> {
    let mut query = rows
        .filter(table::board_id.eq(act.board_id().0))
        .filter(table::id.lt(page.after.unwrap_or(i64::MAX)))
        .order(table::id.desc())
        .limit(page.rows())
        .select(columns!())
        .into_boxed();
    if let Some(transfer_id) = filter.transfer_id {
        query = query.filter(table::transfer_id.eq(transfer_id.0));
    }
    if let Some(state) = filter.state {
        query = query.filter(table::state.eq(state));
    }
    if !act.scope.permissions.contains(Permission::AmountsRead) {
        query = query.filter(table::proposed_by.eq(act.scope.actor.0).or(is_in_queue!()));
    }
    let raw: Vec<Raw> = query.load(connection)?;
    raw.into_iter().map(read).collect()
}

/// Those that wait for transfers of the queue, newest first.
pub fn waiting_for(
    connection: &mut DbConnection,
    act: &Act,
    ids: &[TransferId],
) -> Outcome<Vec<ProposalRow>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let raw: Vec<Raw> = rows
        .filter(table::board_id.eq(act.board_id().0))
        .filter(table::transfer_id.eq_any(ids))
        .filter(table::state.eq(ProposalState::Waiting))
        .filter(is_in_queue!())
        .order(table::id.desc())
        .select(columns!())
        .load(connection)?;
    raw.into_iter().map(read).collect()
}

/// A proposal that the caller may see.
pub fn find(
    connection: &mut DbConnection,
    act: &Act,
    id: ProposalId,
) -> Outcome<Option<ProposalRow>> {
    let sees_all = act.scope.permissions.contains(Permission::AmountsRead);
    let own = act.scope.actor;
    let row = known(connection, act, id)?;
    Ok(row.filter(|row| sees_all || row.is_in_queue || row.proposed_by == own))
}

/// A proposal, whoever may see it.
pub fn known(
    connection: &mut DbConnection,
    act: &Act,
    id: ProposalId,
) -> Outcome<Option<ProposalRow>> {
    let query = rows.find((act.board_id().0, id.0)).select(columns!());
    query.first::<Raw>(connection).optional()?.map(read).transpose()
}

pub fn waiting_count(
    connection: &mut DbConnection,
    board_id: BoardId,
    transfer_id: TransferId,
) -> Outcome<i64> {
    let waiting = rows
        .filter(table::board_id.eq(board_id.0))
        .filter(table::transfer_id.eq(transfer_id.0))
        .filter(table::state.eq(ProposalState::Waiting));
    Ok(waiting.count().get_result(connection)?)
}

/// How many wait for each of these transfers.
pub fn waiting_counts(
    connection: &mut DbConnection,
    board_id: BoardId,
    transfer_ids: &[i64],
) -> Outcome<HashMap<i64, i64>> {
    let counts: Vec<(i64, i64)> = rows
        .filter(table::board_id.eq(board_id.0))
        .filter(table::transfer_id.eq_any(transfer_ids))
        .filter(table::state.eq(ProposalState::Waiting))
        .group_by(table::transfer_id)
        .select((table::transfer_id, count_star()))
        .load(connection)?;
    Ok(counts.into_iter().collect())
}

pub fn decide(
    connection: &mut DbConnection,
    act: &Act,
    id: ProposalId,
    state: ProposalState,
    why: Option<&str>,
) -> Outcome<()> {
    diesel::update(rows.find((act.board_id().0, id.0)))
        .set((
            table::state.eq(state),
            table::decided_by.eq(act.scope.actor.0),
            table::decided_at_ms.eq(act.at.0),
            table::decided_why.eq(why),
        ))
        .execute(connection)?;
    Ok(())
}

/// The transfer was attributed anew: what waits for it waits no more.
pub fn outdate(
    connection: &mut DbConnection,
    board_id: BoardId,
    transfer_id: TransferId,
    at: UnixMs,
) -> Outcome<()> {
    let waiting = rows
        .filter(table::board_id.eq(board_id.0))
        .filter(table::transfer_id.eq(transfer_id.0))
        .filter(table::state.eq(ProposalState::Waiting));
    diesel::update(waiting)
        .set((table::state.eq(ProposalState::Outdated), table::decided_at_ms.eq(at.0)))
        .execute(connection)?;
    Ok(())
}
