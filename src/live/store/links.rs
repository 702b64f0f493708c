//! Rows of `stall_links` and of what leads to them.

use diesel::prelude::*;

use crate::db::schema::stall_links::{self as table, table as rows};
use crate::db::schema::{stall_link_routes as routes, stall_links};
use crate::db::{DbConnection, Outcome};
use crate::live::links::{LinkKind, StallLink};
use crate::primitives::UnixMs;
use crate::primitives::ids::{ActorId, BoardId, OccupancyId, StallLinkId};
use crate::registry::PageRequest;

/// A whole row, in the order of its columns.
pub type Row = (
    BoardId,
    StallLinkId,
    OccupancyId,
    LinkKind,
    String,
    bool,
    ActorId,
    i64,
    Option<i64>,
    Option<i64>,
);

pub fn link(row: Row) -> StallLink {
    let (_, id, occupancy_id, kind, name, shows_payer, created_by, created_at, revoked, printed) =
        row;
    StallLink {
        id,
        occupancy_id,
        kind,
        name,
        shows_payer,
        created_by,
        created_at: UnixMs(created_at),
        revoked_at: revoked.map(UnixMs),
        printed_at: printed.map(UnixMs),
    }
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    link: &StallLink,
    token_hash: &str,
) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(link.id),
            table::occupancy_id.eq(link.occupancy_id),
            table::kind.eq(link.kind),
            table::name.eq(&link.name),
            table::shows_payer.eq(link.shows_payer),
            table::created_by.eq(link.created_by),
            table::created_at_ms.eq(link.created_at.0),
        ))
        .execute(connection)?;
    diesel::insert_into(routes::table)
        .values((
            routes::token_hash.eq(token_hash),
            routes::board_id.eq(board_id),
            routes::link_id.eq(link.id),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StallLinkId,
) -> Outcome<Option<StallLink>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(link))
}

/// Where a token leads.
pub fn routed(
    connection: &mut DbConnection,
    token_hash: &str,
) -> Outcome<Option<(BoardId, StallLinkId)>> {
    let route = routes::table.find(token_hash).select((routes::board_id, routes::link_id));
    Ok(route.first(connection).optional()?)
}

/// Links of a kind that are not revoked.
pub fn live_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    kind: LinkKind,
) -> Outcome<Vec<StallLinkId>> {
    Ok(rows
        .filter(table::board_id.eq(board_id))
        .filter(table::occupancy_id.eq(occupancy_id))
        .filter(table::kind.eq(kind))
        .filter(table::revoked_at_ms.is_null())
        .select(table::id)
        .load(connection)?)
}

/// Links of a stall that are not revoked.
pub fn live(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
) -> Outcome<Vec<StallLink>> {
    let found: Vec<Row> = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::occupancy_id.eq(occupancy_id))
        .filter(table::revoked_at_ms.is_null())
        .order(table::id)
        .load(connection)?;
    Ok(found.into_iter().map(link).collect())
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: Option<OccupancyId>,
    page: PageRequest,
) -> Outcome<Vec<StallLink>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(occupancy_id) = occupancy_id {
        query = query.filter(table::occupancy_id.eq(occupancy_id));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(link).collect())
}

/// The vendors' links that are not revoked.
pub fn live_owners(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<StallLinkId>> {
    Ok(rows
        .filter(table::board_id.eq(board_id))
        .filter(table::kind.eq(LinkKind::Owner))
        .filter(table::revoked_at_ms.is_null())
        .select(table::id)
        .load(connection)?)
}

/// Writes down that links stand on a slip, where that is new.
pub fn set_printed(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[StallLinkId],
    at: UnixMs,
) -> Outcome<()> {
    let these = rows.filter(table::board_id.eq(board_id)).filter(table::id.eq_any(ids));
    diesel::update(these.filter(table::printed_at_ms.is_null()))
        .set(table::printed_at_ms.eq(at.0))
        .execute(connection)?;
    Ok(())
}

/// Ends a link; its token leads nowhere any more.
pub fn revoke(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StallLinkId,
    at: UnixMs,
) -> Outcome<()> {
    diesel::update(stall_links::table.find((board_id, id)))
        .set(table::revoked_at_ms.eq(at.0))
        .execute(connection)?;
    let route = routes::table.filter(routes::board_id.eq(board_id)).filter(routes::link_id.eq(id));
    diesel::delete(route).execute(connection)?;
    Ok(())
}
