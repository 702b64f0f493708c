//! Which occupancies have a code, and which accounts a feed.

use diesel::prelude::*;

use crate::db::schema::{codes, feed_accounts, feeds, other_codes};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::{AccountId, BoardId, OccupancyId};

/// Occupancies with a code that is not revoked, ours or another scheme's.
pub fn coded(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<OccupancyId>> {
    let own = codes::table
        .filter(codes::board_id.eq(board_id))
        .filter(codes::revoked_at_ms.is_null())
        .select(codes::occupancy_id)
        .distinct();
    let mut found: Vec<OccupancyId> = own.load(connection)?;
    let others = other_codes::table
        .filter(other_codes::board_id.eq(board_id))
        .filter(other_codes::revoked_at_ms.is_null())
        .select(other_codes::occupancy_id)
        .distinct();
    found.extend(others.load::<OccupancyId>(connection)?);
    Ok(found)
}

/// Accounts that a feed in use reports on a day.
pub fn fed(connection: &mut DbConnection, board_id: BoardId, on: Day) -> Outcome<Vec<AccountId>> {
    let attached = feed_accounts::table
        .inner_join(feeds::table.on(
            feeds::board_id.eq(feed_accounts::board_id).and(feeds::id.eq(feed_accounts::feed_id)),
        ))
        .filter(feed_accounts::board_id.eq(board_id))
        .filter(feeds::disabled_at_ms.is_null())
        .filter(feed_accounts::is_paused.eq(false))
        .filter(feed_accounts::from_day.le(on.0))
        .filter(feed_accounts::to_day.is_null().or(feed_accounts::to_day.ge(on.0)));
    Ok(attached.select(feed_accounts::account_id).distinct().load(connection)?)
}
