//! Migrations: idempotent, safe when two processes start together, the same on both databases.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;

use cho40::db::{DatabaseUrl, DbConnection, migrate};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::support::{empty_databases, on_both};

on_both!(a_second_run_has_nothing_to_do, |db| {
    assert!(migrate::is_current(db.connection()).unwrap());
    assert_eq!(migrate::run(db.connection()).unwrap(), [""; 0]);
    assert!(migrate::is_current(db.connection()).unwrap());
});

#[test]
fn an_empty_database_is_not_current_until_it_is_migrated() {
    for database in empty_databases() {
        let mut connection = DbConnection::open(&database.url).unwrap();
        assert!(!migrate::is_current(&mut connection).unwrap());
        assert!(!migrate::run(&mut connection).unwrap().is_empty());
        assert!(migrate::is_current(&mut connection).unwrap());
    }
}

#[test]
fn processes_that_start_together_migrate_once() {
    for database in empty_databases() {
        let start = Barrier::new(4);
        let migrate = |url: &DatabaseUrl| {
            let mut connection = DbConnection::open(url).unwrap();
            start.wait();
            migrate::run(&mut connection).unwrap().len()
        };
        let ran: Vec<usize> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| migrate(&database.url))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(ran.iter().filter(|ran| **ran > 0).count(), 1, "{ran:?}");
    }
}

/// What a table's column is: its type in diesel's words, and whether it may be NULL.
type Columns = BTreeMap<(String, String), (String, bool)>;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

/// An id that is alone the primary key is SQLite's row number, of 64 bits, and must be called
/// INTEGER.
const SQLITE_COLUMNS: &str = "SELECT t.name AS table_name, c.name AS name,
        CASE WHEN c.pk = 1 AND c.name = 'id' AND c.type = 'INTEGER' THEN 'BIGINT' ELSE c.type END
        AS kind, c.\"notnull\" = 0 AS nullable
    FROM sqlite_schema t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
const POSTGRES_COLUMNS: &str = "SELECT CAST(table_name AS TEXT) AS table_name,
        CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS kind,
        is_nullable = 'YES' AS nullable
    FROM information_schema.columns WHERE table_schema = 'public'";

fn columns_of(connection: &mut DbConnection) -> Columns {
    let query = match connection {
        DbConnection::Sqlite(_) => SQLITE_COLUMNS,
        DbConnection::Postgres(_) => POSTGRES_COLUMNS,
    };
    let columns: Vec<Column> = diesel::sql_query(query).load(connection).unwrap();
    let diesels_word = |kind: &str| match kind.to_ascii_lowercase().as_str() {
        "bigint" => "BigInt".to_owned(),
        "integer" => "Integer".to_owned(),
        "text" => "Text".to_owned(),
        "boolean" => "Bool".to_owned(),
        "bytea" | "blob" => "Binary".to_owned(),
        other => panic!("{other} is not a type that both databases share"),
    };
    columns
        .into_iter()
        .filter(|column| column.table_name != "__diesel_schema_migrations")
        .map(|column| {
            let kind = (diesels_word(&column.kind), column.nullable);
            ((column.table_name, column.name), kind)
        })
        .collect()
}

/// What `src/db/schema.rs` says.
fn declared_columns() -> Columns {
    let mut columns = Columns::new();
    let mut table = String::new();
    for line in include_str!("../../src/db/schema.rs").lines().map(str::trim) {
        if let Some((column, kind)) = line.split_once(" -> ") {
            let kind = kind.trim_end_matches(',');
            let inner = kind.strip_prefix("Nullable<").and_then(|rest| rest.strip_suffix('>'));
            let declared = (inner.unwrap_or(kind).to_owned(), inner.is_some());
            columns.insert((table.clone(), column.to_owned()), declared);
        } else if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            name.clone_into(&mut table);
        }
    }
    columns
}

on_both!(the_database_has_the_columns_that_the_code_declares, |db| {
    let (found, declared) = (columns_of(db.connection()), declared_columns());
    assert!(declared.len() > 100, "schema.rs was not understood");
    for (name, kind) in &declared {
        assert_eq!(found.get(name), Some(kind), "{name:?}");
    }
    let undeclared: Vec<_> = found.keys().filter(|name| !declared.contains_key(name)).collect();
    assert!(undeclared.is_empty(), "{undeclared:?}");
});

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    namespace: String,
}

on_both!(what_payos_told_before_is_known_by_the_new_name, |db| {
    let tell = |connection: &mut DbConnection, namespace: &str, id: &str| {
        let row = format!(
            "INSERT INTO sightings (board_id, namespace, provider_id, feed_id, delivery_id, item,
             fields_digest) VALUES (1, '{namespace}', '{id}', 1, 1, 0, 1)"
        );
        diesel::sql_query(row).execute(connection).unwrap();
    };
    let before = [
        ("payos:k1:0123456789:reference", "FT1/link"),
        ("payos::0123456789:reference", "FT2/link"),
        // Told in two shapes, counted twice already: both stay as they are.
        ("payos:k1:0123456789:reference", "FT3/link"),
        ("payos:k1::reference", "FT3/link"),
        // A reference alone is one within its account.
        ("payos:k1:0123456789:reference", "FT4/"),
        ("sepay:k1:webhook", "FT5/link"),
    ];
    for (namespace, id) in before {
        tell(db.connection(), namespace, id);
    }
    let renamed = match db.connection() {
        DbConnection::Sqlite(_) => {
            include_str!("../../migrations/sqlite/2026-11-26-000116_payos_links/up.sql")
        }
        DbConnection::Postgres(_) => {
            include_str!("../../migrations/postgres/2026-11-26-000116_payos_links/up.sql")
        }
    };
    db.connection().batch_execute(renamed).unwrap();
    let found: Vec<Named> =
        diesel::sql_query("SELECT namespace FROM sightings ORDER BY provider_id, namespace")
            .load(db.connection())
            .unwrap();
    let mut found: Vec<_> = found.into_iter().map(|row| row.namespace).collect();
    // The databases sort a colon differently.
    found[2..4].sort_unstable();
    let expected = [
        "payos:k1::reference",
        "payos:::reference",
        "payos:k1:0123456789:reference",
        "payos:k1::reference",
        "payos:k1:0123456789:reference",
        "sepay:k1:webhook",
    ];
    assert_eq!(found, expected);
});
