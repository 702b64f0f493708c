//! Rows of `other_codes`.

use diesel::prelude::*;

use crate::db::schema::other_codes::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, OccupancyId, OtherCodeId};
use crate::registry::PageRequest;
use crate::registry::other_codes::{OtherCode, OtherCodeFilter};

type Row = (
    BoardId,
    OtherCodeId,
    OccupancyId,
    String,
    String,
    String,
    String,
    i64,
    Option<i64>,
    Option<String>,
);

fn code(row: Row) -> OtherCode {
    let (_, id, occupancy_id, scheme, payload, holder, by, registered, revoked, because) = row;
    OtherCode {
        id,
        occupancy_id,
        scheme,
        payload,
        holder_name: holder,
        confirmed_by: by,
        registered_at: UnixMs(registered),
        revoked_at: revoked.map(UnixMs),
        revoked_because: because,
    }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: OtherCodeId,
) -> Outcome<Option<OtherCode>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(code))
}

/// The last one that had this very payload, revoked or not.
pub fn with_payload(
    connection: &mut DbConnection,
    board_id: BoardId,
    payload: &str,
) -> Outcome<Option<OtherCode>> {
    let query = rows.filter(table::board_id.eq(board_id)).filter(table::payload.eq(payload));
    Ok(query.order(table::id.desc()).first(connection).optional()?.map(code))
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &OtherCodeFilter,
    page: PageRequest,
) -> Outcome<Vec<OtherCode>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(occupancy_id) = filter.occupancy_id {
        query = query.filter(table::occupancy_id.eq(occupancy_id));
    }
    match filter.live {
        Some(true) => query = query.filter(table::revoked_at_ms.is_null()),
        Some(false) => query = query.filter(table::revoked_at_ms.is_not_null()),
        None => {}
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(code).collect())
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, code: &OtherCode) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(code.id),
            table::occupancy_id.eq(code.occupancy_id),
            table::scheme.eq(&code.scheme),
            table::payload.eq(&code.payload),
            table::holder_name.eq(&code.holder_name),
            table::confirmed_by.eq(&code.confirmed_by),
            table::registered_at_ms.eq(code.registered_at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update_revocation(
    connection: &mut DbConnection,
    board_id: BoardId,
    code: &OtherCode,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, code.id)))
        .set((
            table::revoked_at_ms.eq(code.revoked_at.map(UnixMs::get)),
            table::revoked_because.eq(&code.revoked_because),
        ))
        .execute(connection)?;
    Ok(())
}
