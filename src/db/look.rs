//! What lies in a database, seen before anything is written to it: a mistyped address must neither
//! fill another program's database with our tables nor change its settings.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::connection::{reach, sqlite};
use super::{DatabaseUrl, DbConnection, Fault, Outcome, migrate};
use crate::primitives::Refusal;

/// diesel's record of what has run.
const MIGRATIONS: &str = "__diesel_schema_migrations";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Whether there are no tables yet. Only reads.
///
/// # Errors
/// `database-of-another-program` on `database_url` where tables are not ours, and those of the URL.
pub(super) fn is_empty(url: &DatabaseUrl) -> Outcome<bool> {
    let mut connection = match url {
        DatabaseUrl::Sqlite(path) => DbConnection::Sqlite(sqlite(url, path)?),
        DatabaseUrl::Postgres(text) => DbConnection::Postgres(reach(text)?),
    };
    let tables = names(
        &mut connection,
        match url {
            DatabaseUrl::Sqlite(_) => {
                // Views too: whatever another program made.
                "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            }
            DatabaseUrl::Postgres(_) => {
                "SELECT CAST(tablename AS TEXT) AS name FROM pg_tables
                 WHERE schemaname = current_schema()"
            }
        },
    )?;
    let ran = if tables.contains(MIGRATIONS) {
        names(&mut connection, "SELECT version AS name FROM __diesel_schema_migrations")?
    } else {
        HashSet::new()
    };
    let mut others = tables.iter().filter(|table| *table != MIGRATIONS);
    let Some(other) = others.next() else {
        // A record of migrations without any is what an interrupted first one leaves.
        return if ran.is_empty() { Ok(true) } else { Err(foreign(url, MIGRATIONS)) };
    };
    let is_ours = tables.contains("boards") && !migrate::versions()?.is_disjoint(&ran);
    if is_ours { Ok(false) } else { Err(foreign(url, other)) }
}

fn names(connection: &mut DbConnection, query: &str) -> Outcome<HashSet<String>> {
    let rows: Vec<Name> = diesel::sql_query(query).load(connection)?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

fn foreign(url: &DatabaseUrl, table: &str) -> Fault {
    let refusal = Refusal::invalid("database_url", "database-of-another-program");
    refusal.with("database", format!("{url:?}")).with("table", table).into()
}
