//! Rows of `vendors`.

use diesel::prelude::*;

use crate::db::schema::vendors::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, NeighbourhoodId, VendorId};
use crate::registry::PageRequest;
use crate::registry::vendors::{Vendor, VendorFilter};

type Row = (BoardId, VendorId, String, Option<String>, Option<NeighbourhoodId>, i64);

fn vendor((_, id, name, phone, neighbourhood_id, created_at_ms): Row) -> Vendor {
    Vendor { id, name, phone, neighbourhood_id, created_at: UnixMs(created_at_ms) }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: VendorId,
) -> Outcome<Option<Vendor>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(vendor))
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &VendorFilter,
    page: PageRequest,
) -> Outcome<Vec<Vendor>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(neighbourhood_id) = filter.neighbourhood_id {
        query = query.filter(table::neighbourhood_id.eq(neighbourhood_id));
    }
    if let Some(phone) = &filter.phone {
        query = query.filter(table::phone.eq(phone));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(vendor).collect())
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, vendor: &Vendor) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(vendor.id),
            table::name.eq(&vendor.name),
            table::phone.eq(&vendor.phone),
            table::neighbourhood_id.eq(vendor.neighbourhood_id),
            table::created_at_ms.eq(vendor.created_at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update(connection: &mut DbConnection, board_id: BoardId, vendor: &Vendor) -> Outcome<()> {
    diesel::update(rows.find((board_id, vendor.id)))
        .set((
            table::name.eq(&vendor.name),
            table::phone.eq(&vendor.phone),
            table::neighbourhood_id.eq(vendor.neighbourhood_id),
        ))
        .execute(connection)?;
    Ok(())
}

/// Erases by what the vendor is reached.
pub fn forget_contact(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: VendorId,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, id)))
        .set((table::phone.eq(None::<String>), table::neighbourhood_id.eq(None::<NeighbourhoodId>)))
        .execute(connection)?;
    Ok(())
}
