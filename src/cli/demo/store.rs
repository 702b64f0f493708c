//! What lies in a database before the demo moves in.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::schema::boards;
use crate::db::{DbConnection, Outcome};
use crate::on_db;

const OUR_TABLES: &str = "('boards', '__diesel_schema_migrations')";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Whether there is nothing but perhaps a migrated schema without boards. Somebody else's tables
/// are never written beside.
pub fn is_empty(connection: &mut DbConnection) -> Outcome<bool> {
    let tables = match connection {
        DbConnection::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table'",
        DbConnection::Postgres(_) => {
            "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()"
        }
    };
    let all = format!("SELECT count(*) AS count FROM ({tables}) AS tables");
    let ours = format!("{all} WHERE name IN {OUR_TABLES}");
    let all: Count = on_db!(connection, inner => diesel::sql_query(all).get_result(inner))?;
    let ours: Count = on_db!(connection, inner => diesel::sql_query(ours).get_result(inner))?;
    if all.count == 0 {
        return Ok(true);
    }
    if ours.count < 2 {
        return Ok(false);
    }
    let boards: i64 = boards::table.count().get_result(connection)?;
    Ok(boards == 0)
}
