//! A copy of what is kept of a vendor or a holder, as the tables have it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Person, require_sight, store};
use crate::access::Act;
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::UnixMs;

/// Everything that is kept of one person, and when it was so.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonCopy {
    pub person: Person,
    #[schema(value_type = String, format = DateTime)]
    pub at: UnixMs,
    /// Rows by their table's name, each with its columns by name: docs/PRIVACY.md says what they are.
    /// Instants (`…_ms`) are milliseconds since 1970, days days since 1970. Bodies of deliveries are
    /// texts. Hashes of digits and sessions are left out.
    #[schema(value_type = BTreeMap<String, Vec<BTreeMap<String, Value>>>)]
    pub tables: BTreeMap<&'static str, Vec<Value>>,
}

/// For a key: without the books and the evenings' cash, which no key of the board's reads. The vendor has
/// them on her own page.
///
/// # Errors
/// `forbidden`, `outside-sections`, `not-found`.
pub fn copy(connection: &mut DbConnection, act: &Act, person: Person) -> Outcome<PersonCopy> {
    copy_of(connection, act, person, false)
}

/// For whoever keeps the server and answers the person: all of it.
///
/// # Errors
/// `not-found`.
pub fn copy_whole(connection: &mut DbConnection, act: &Act, person: Person) -> Outcome<PersonCopy> {
    copy_of(connection, act, person, true)
}

fn copy_of(
    connection: &mut DbConnection,
    act: &Act,
    person: Person,
    with_own: bool,
) -> Outcome<PersonCopy> {
    require_sight(act)?;
    person.require(connection, act)?;
    let tables = store::copy(connection, act.board_id(), person, with_own)?;
    let tables = tables.into_iter().map(|(table, rows)| {
        let rows = rows.iter().map(|row| readable(row));
        Ok((table, rows.collect::<Outcome<Vec<Value>>>()?))
    });
    Ok(PersonCopy { person, at: act.at, tables: tables.collect::<Outcome<_>>()? })
}

/// A row with its body, if it has one, as a text.
fn readable(row: &str) -> Outcome<Value> {
    let mut row: Value = serde_json::from_str(row).map_err(Fault::broken)?;
    if let Some(body) = row.get_mut("body")
        && let Some(bytes) = body.as_str().and_then(|digits| hex::decode(digits).ok())
    {
        *body = Value::String(String::from_utf8_lossy(&bytes).into_owned());
    }
    Ok(row)
}
