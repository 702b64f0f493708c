//! Which tables there are, in an order in which they can be filled.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::db::{DbConnection, Fault, Outcome};

const MIGRATIONS: &str = "__diesel_schema_migrations";

/// How a column's values stand in a row of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number or a text.
    Plain,
    /// Hexadecimal.
    Bytes,
    /// 0 or 1.
    Bool,
}

#[derive(Debug)]
pub(super) struct Column {
    pub name: String,
    pub kind: Kind,
    /// As the database calls its type.
    pub sql_type: String,
}

#[derive(Debug)]
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    in_table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    parent: String,
}

const SQLITE_COLUMNS: &str = "SELECT t.name AS in_table, c.name AS name, upper(c.type) AS kind
    FROM sqlite_schema t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY t.name, c.cid";
const SQLITE_REFERENCES: &str = "SELECT DISTINCT t.name AS child, f.\"table\" AS parent
    FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'";
const POSTGRES_COLUMNS: &str =
    "SELECT CAST(t.relname AS TEXT) AS in_table, CAST(a.attname AS TEXT) AS name,
            upper(format_type(a.atttypid, a.atttypmod)) AS kind
     FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
     WHERE t.relnamespace = CAST(current_schema() AS regnamespace) AND t.relkind IN ('r', 'p')
       AND NOT t.relispartition AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY t.relname, a.attnum";
const POSTGRES_REFERENCES: &str =
    "SELECT DISTINCT CAST(c.relname AS TEXT) AS child, CAST(p.relname AS TEXT) AS parent
     FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
     WHERE f.contype = 'f' AND c.relnamespace = CAST(current_schema() AS regnamespace)";

/// Every table but diesel's own, after those that it refers to.
pub(super) fn all(connection: &mut DbConnection) -> Outcome<Vec<Table>> {
    let (columns, references) = match connection {
        DbConnection::Sqlite(_) => (SQLITE_COLUMNS, SQLITE_REFERENCES),
        DbConnection::Postgres(_) => (POSTGRES_COLUMNS, POSTGRES_REFERENCES),
    };
    let found: Vec<Found> = diesel::sql_query(columns).load(connection)?;
    let references: Vec<Reference> = diesel::sql_query(references).load(connection)?;
    let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for Found { in_table, name, kind: sql_type } in found {
        if in_table != MIGRATIONS {
            let kind = match sql_type.as_str() {
                "BLOB" | "BYTEA" => Kind::Bytes,
                "BOOLEAN" => Kind::Bool,
                _ => Kind::Plain,
            };
            tables.entry(in_table).or_default().push(Column { name, kind, sql_type });
        }
    }
    sorted(tables, &references)
}

fn sorted(
    mut tables: BTreeMap<String, Vec<Column>>,
    references: &[Reference],
) -> Outcome<Vec<Table>> {
    let mut done = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let ready: BTreeSet<_> = tables
            .keys()
            .filter(|table| {
                let mut parents = references.iter().filter(|one| one.child == **table);
                !parents.any(|one| one.parent != **table && tables.contains_key(&one.parent))
            })
            .cloned()
            .collect();
        if ready.is_empty() {
            return Err(Fault::broken("tables refer to each other in a circle"));
        }
        for name in ready {
            let columns = tables.remove(&name).unwrap_or_default();
            done.push(Table { name, columns });
        }
    }
    Ok(done)
}
