//! Rows of `payer_years`, and the end of `payer_turns`.

use diesel::prelude::*;
use diesel::sql_types::{Binary, Integer};

use crate::db::schema::{payer_turns, payer_years as table};
use crate::db::{DbConnection, Outcome};

/// Keeps a year's key, unless there is one.
pub fn add(connection: &mut DbConnection, year: i32, sealed: &[u8]) -> Outcome<()> {
    diesel::sql_query(
        "INSERT INTO payer_years (year, sealed) VALUES ($1, $2) ON CONFLICT (year) DO NOTHING",
    )
    .bind::<Integer, _>(year)
    .bind::<Binary, _>(sealed)
    .execute(connection)?;
    Ok(())
}

pub fn all(connection: &mut DbConnection) -> Outcome<Vec<(i32, Vec<u8>)>> {
    Ok(table::table.order(table::year).load(connection)?)
}

pub fn forget_before(connection: &mut DbConnection, year: i32) -> Outcome<()> {
    diesel::delete(table::table.filter(table::year.lt(year))).execute(connection)?;
    Ok(())
}

/// Which payer of this year was which of the last one, of every board; what is proposed of a payer is
/// proposed of this year's from now on.
pub fn forget_turns(connection: &mut DbConnection) -> Outcome<()> {
    diesel::sql_query(
        "UPDATE class_rules SET value = (SELECT CAST(MIN(t.payer_key) AS TEXT) FROM payer_turns t
           WHERE t.board_id = class_rules.board_id AND CAST(t.before_key AS TEXT) = class_rules.value)
         WHERE kind = 'payer' AND EXISTS (SELECT 1 FROM payer_turns t
           WHERE t.board_id = class_rules.board_id AND CAST(t.before_key AS TEXT) = class_rules.value)",
    )
    .execute(connection)?;
    diesel::delete(payer_turns::table).execute(connection)?;
    Ok(())
}
