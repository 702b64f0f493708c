//! What the page calls the stall.

use diesel::prelude::*;

use crate::db::schema::{occupancies, stalls};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, OccupancyId};

/// The code of an occupancy's stall.
pub fn code(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
) -> Outcome<String> {
    let of_occupancy =
        occupancies::table.inner_join(stalls::table.on(
            stalls::board_id.eq(occupancies::board_id).and(stalls::id.eq(occupancies::stall_id)),
        ));
    Ok(of_occupancy
        .filter(occupancies::board_id.eq(board_id))
        .filter(occupancies::id.eq(occupancy_id))
        .select(stalls::code)
        .first(connection)?)
}
