//! Transfers of a payer, by the keyed hashes that they have.

use diesel::prelude::*;

use crate::db::schema::{class_rules, deliveries, payer_days, payer_turns, transfers, unassigned};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::BoardId;

#[derive(Debug, Queryable)]
pub struct PaidTransfer {
    pub id: i64,
    pub day: i32,
    pub amount_vnd: i64,
    pub delivery_id: i64,
    pub body: Option<Vec<u8>>,
}

/// Oldest first.
pub fn paid(
    connection: &mut DbConnection,
    board_id: BoardId,
    marks: &[i64],
) -> Outcome<Vec<PaidTransfer>> {
    let of_delivery =
        deliveries::board_id.eq(transfers::board_id).and(deliveries::id.eq(transfers::delivery_id));
    Ok(transfers::table
        .left_join(deliveries::table.on(of_delivery))
        .filter(transfers::board_id.eq(board_id.0))
        .filter(transfers::payer_key.eq_any(marks))
        .order(transfers::id)
        .select((
            transfers::id,
            transfers::day,
            transfers::amount_vnd,
            transfers::delivery_id,
            deliveries::body.nullable(),
        ))
        .load(connection)?)
}

/// Erases memo and payer of what was decided.
pub fn forget_payer(connection: &mut DbConnection, board_id: BoardId, ids: &[i64]) -> Outcome<()> {
    for some in ids.chunks(500) {
        let decided = unassigned::table
            .filter(unassigned::board_id.eq(board_id.0))
            .filter(unassigned::resolved_at_ms.is_not_null())
            .filter(unassigned::transfer_id.eq_any(some));
        diesel::update(decided)
            .set((unassigned::memo.eq(None::<String>), unassigned::payer_name.eq(None::<String>)))
            .execute(connection)?;
    }
    Ok(())
}

/// Puts a mark that belongs to nobody in a payer's place, wherever it stands.
pub fn anonymise(
    connection: &mut DbConnection,
    board_id: BoardId,
    mark: i64,
    nobody: i64,
) -> Outcome<()> {
    let own = transfers::table
        .filter(transfers::board_id.eq(board_id.0))
        .filter(transfers::payer_key.eq(mark));
    diesel::update(own)
        .set((transfers::payer_key.eq(nobody), transfers::fingerprint.eq(0_i64)))
        .execute(connection)?;
    let own = payer_days::table
        .filter(payer_days::board_id.eq(board_id.0))
        .filter(payer_days::payer_key.eq(mark));
    diesel::update(own).set(payer_days::payer_key.eq(nobody)).execute(connection)?;
    let turns = payer_turns::table.filter(payer_turns::board_id.eq(board_id.0));
    let own = turns.filter(payer_turns::payer_key.eq(mark).or(payer_turns::before_key.eq(mark)));
    diesel::delete(own).execute(connection)?;
    let own = class_rules::table
        .filter(class_rules::board_id.eq(board_id.0))
        .filter(class_rules::value.eq(mark.to_string()));
    diesel::update(own).set(class_rules::value.eq(nobody.to_string())).execute(connection)?;
    Ok(())
}
