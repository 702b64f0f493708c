//! In which sections a stall, a vendor or an account is.

use diesel::prelude::*;

use crate::db::schema::{account_links as links, occupancies, stalls};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, BoardId, SectionId, StallId, VendorId};

pub fn of_stall(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StallId,
) -> Outcome<Vec<SectionId>> {
    Ok(stalls::table.find((board_id, id)).select(stalls::section_id).load(connection)?)
}

/// Where the vendor is, was or will be.
pub fn of_vendor(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: VendorId,
) -> Outcome<Vec<SectionId>> {
    let at_stalls =
        occupancies::table.inner_join(stalls::table.on(
            stalls::board_id.eq(occupancies::board_id).and(stalls::id.eq(occupancies::stall_id)),
        ));
    let query =
        at_stalls.filter(occupancies::board_id.eq(board_id)).filter(occupancies::vendor_id.eq(id));
    Ok(query.select(stalls::section_id).distinct().load(connection)?)
}

/// Where stalls are, were or will be paid to the account.
pub fn of_account(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: AccountId,
) -> Outcome<Vec<SectionId>> {
    let at_stalls = links::table
        .inner_join(occupancies::table.on(
            occupancies::board_id.eq(links::board_id).and(occupancies::id.eq(links::occupancy_id)),
        ))
        .inner_join(
            stalls::table
                .on(stalls::board_id.eq(links::board_id).and(stalls::id.eq(occupancies::stall_id))),
        );
    let query = at_stalls.filter(links::board_id.eq(board_id)).filter(links::account_id.eq(id));
    Ok(query.select(stalls::section_id).distinct().load(connection)?)
}
