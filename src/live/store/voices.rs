//! Rows of `voices`.

use diesel::prelude::*;

use crate::db::schema::voices::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;

pub fn find(connection: &mut DbConnection, region: &str) -> Outcome<Option<String>> {
    Ok(rows.find(region).select(table::content).first(connection).optional()?)
}

pub fn replace(
    connection: &mut DbConnection,
    region: &str,
    content: &str,
    at: UnixMs,
) -> Outcome<()> {
    diesel::delete(rows.find(region)).execute(connection)?;
    diesel::insert_into(rows)
        .values((
            table::region.eq(region),
            table::content.eq(content),
            table::imported_at_ms.eq(at.0),
        ))
        .execute(connection)?;
    Ok(())
}
