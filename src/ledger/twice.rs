//! Money that may be counted twice: a person brings it to a stall where another sender's report of
//! it, of another account or number, stands already. Reports of one account are compared when they
//! come ([`super::pairing`]); those of a number that is not registered cannot be.

use std::collections::BTreeSet;

use super::candidates::like;
use super::class::Class;
use super::matching::Line;
use super::store::{fitting, reading};
use super::transfers::Stored;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::{OccupancyId, TransferId};

/// Refuses lines that bring a transfer to a stall which holds one like it.
///
/// # Errors
/// `assign-beside-counted`.
pub(super) fn refuse(
    connection: &mut DbConnection,
    act: &Act,
    stored: &Stored,
    lines: &[Line],
) -> Outcome<()> {
    let holds = |id| stored.lines.iter().any(|line| line.occupancy_id == Some(id));
    let counted = lines.iter().filter(|line| line.class != Class::Test);
    let new: BTreeSet<OccupancyId> =
        counted.filter_map(|line| line.occupancy_id).filter(|id| !holds(*id)).collect();
    let mut found = BTreeSet::new();
    for occupancy_id in new {
        found.extend(standing_at(connection, act, stored, occupancy_id)?);
    }
    if found.is_empty() {
        return Ok(());
    }
    // Whoever clears the queue alone learns nothing of other transfers.
    let names = if act.scope.permissions.contains(Permission::AmountsRead) {
        let names: Vec<_> = found.iter().map(ToString::to_string).collect();
        names.join(", ")
    } else {
        "none".to_owned()
    };
    Err(Refusal::conflict("assign-beside-counted").with("transfers", names).into())
}

/// What the stall holds that may be the same money, told by another sender of another account.
fn standing_at(
    connection: &mut DbConnection,
    act: &Act,
    stored: &Stored,
    occupancy_id: OccupancyId,
) -> Outcome<Vec<TransferId>> {
    let board_id = act.board_id();
    let near = fitting::at_stall(connection, board_id, occupancy_id, stored)?;
    let near = like(connection, board_id, stored.id, &near)?;
    if near.is_empty() {
        return Ok(near);
    }
    let mut ids: Vec<i64> = near.iter().map(|id| id.0).collect();
    ids.push(stored.id.0);
    let all = reading::these(connection, board_id, &ids)?;
    let said = reading::reported(connection, board_id, &all)?;
    let sender = |one: &Stored| said.get(&one.id).map(crate::feeds::Reported::sender);
    let is_of_another = |one: &Stored| match (sender(one), sender(stored)) {
        (Some(one), Some(own)) => one != own,
        // Its body is erased.
        _ => one.feed_id != stored.feed_id,
    };
    let is_elsewhere =
        |one: &Stored| one.account_id.is_none() || one.account_id != stored.account_id;
    let holds = |one: &Stored| one.lines.iter().any(|line| line.occupancy_id == Some(occupancy_id));
    let others = all.iter().filter(|one| one.id != stored.id);
    let like = others.filter(|one| is_of_another(one) && is_elsewhere(one) && holds(one));
    Ok(like.map(|one| one.id).collect())
}
