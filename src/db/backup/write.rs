//! Writing a backup: all tables as they were at one instant, while others read and write on.

use std::collections::BTreeMap;
use std::io::Write;

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::Text;
use sha2::{Digest, Sha256};

use super::tables::{self, Column, Kind, Table};
use super::{Counted, FORMAT, Header, Mark, VERSION};
use crate::db::{DbConnection, Fault, Outcome, migrate};
use crate::primitives::UnixMs;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Writes everything that the database holds; `at` is now. Rows are never all in memory.
///
/// # Errors
/// The database's, and those of `out` as [`Fault::Broken`] with an [`std::io::Error`] inside.
pub fn write(connection: &mut DbConnection, at: UnixMs, out: &mut impl Write) -> Outcome<Counted> {
    if let DbConnection::Postgres(inner) = connection {
        // A large table takes longer than any other statement may.
        inner.batch_execute("SET statement_timeout = 0")?;
    }
    // Looked up before: diesel makes its table where there is none, and a snapshot writes nothing.
    let migrations = migrate::applied(connection)?;
    let mut out = Hashing { out, hash: Sha256::new() };
    connection.in_snapshot(|connection| {
        let format = FORMAT.to_owned();
        let header = Header { format, version: VERSION, made_at_ms: at.0, migrations };
        put(&mut out, &header)?;
        let mut counted = Counted::default();
        for table in tables::all(connection)? {
            let columns = table.columns.iter().map(|column| column.name.clone()).collect();
            put(&mut out, &Mark::Table { name: table.name.clone(), columns })?;
            counted.tables += 1;
            counted.rows += rows(connection, &table, &mut out)?;
        }
        let sha256 = hex::encode(out.hash.finalize_reset());
        put(&mut out, &Mark::End { counted, sha256 })?;
        Ok(counted)
    })
}

/// Writes and hashes.
struct Hashing<'w, W> {
    out: &'w mut W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

fn put(out: &mut impl Write, line: &impl serde::Serialize) -> Outcome<()> {
    serde_json::to_writer(&mut *out, line).map_err(std::io::Error::from).map_err(Fault::broken)?;
    out.write_all(b"\n").map_err(Fault::broken)
}

fn rows(connection: &mut DbConnection, table: &Table, out: &mut impl Write) -> Outcome<u64> {
    let query = diesel::sql_query(select(connection, table));
    let mut count = 0;
    let mut keep = |line: QueryResult<Line>| -> Outcome<()> {
        count += 1;
        out.write_all(line?.line.as_bytes()).map_err(Fault::broken)?;
        out.write_all(b"\n").map_err(Fault::broken)
    };
    match connection {
        DbConnection::Sqlite(inner) => {
            query.load_iter::<Line, DefaultLoadingMode>(inner)?.try_for_each(&mut keep)?;
        }
        DbConnection::Postgres(inner) => {
            query.load_iter::<Line, PgRowByRowLoadingMode>(inner)?.try_for_each(&mut keep)?;
        }
    }
    Ok(count)
}

fn value(column: &Column, is_sqlite: bool) -> String {
    let name = &column.name;
    match (column.kind, is_sqlite) {
        (Kind::Bytes, true) => format!("iif(\"{name}\" IS NULL, NULL, hex(\"{name}\"))"),
        (Kind::Bytes, false) => format!("encode(\"{name}\", 'hex')"),
        (Kind::Bool, false) => format!("CAST(\"{name}\" AS integer)"),
        (Kind::Bool, true) | (Kind::Plain, _) => format!("\"{name}\""),
    }
}

/// For each table the expression of a row as a JSON object by its columns' names; bytes are
/// hexadecimal.
pub fn objects(connection: &mut DbConnection) -> Outcome<BTreeMap<String, String>> {
    let is_sqlite = matches!(connection, DbConnection::Sqlite(_));
    let object = |table: Table| {
        let pairs: Vec<_> = table
            .columns
            .iter()
            .map(|column| format!("'{}', {}", column.name, value(column, is_sqlite)))
            .collect();
        let pairs = pairs.join(", ");
        let object = if is_sqlite {
            format!("json_object({pairs})")
        } else {
            format!("CAST(json_build_object({pairs}) AS TEXT)")
        };
        (table.name, object)
    };
    Ok(tables::all(connection)?.into_iter().map(object).collect())
}

/// Each row as one text: the JSON of it, which holds no line's end.
fn select(connection: &DbConnection, table: &Table) -> String {
    let is_sqlite = matches!(connection, DbConnection::Sqlite(_));
    let values: Vec<_> = table.columns.iter().map(|column| value(column, is_sqlite)).collect();
    let (values, name) = (values.join(", "), &table.name);
    if is_sqlite {
        format!("SELECT json_array({values}) AS line FROM \"{name}\"")
    } else {
        format!("SELECT CAST(json_build_array({values}) AS TEXT) AS line FROM \"{name}\"")
    }
}
