//! Taking a backup back into a database that is empty: everything or nothing.

use std::io::{self, BufRead, Read};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use sha2::{Digest, Sha256};

use super::tables::{self, Kind, Table};
use super::{Counted, FORMAT, Header, Mark, VERSION};
use crate::db::{DbConnection, Fault, Outcome, migrate};
use crate::primitives::Refusal;

/// Bytes of rows that are handed to the database together.
const AT_ONCE: usize = 1024 * 1024;
/// A row is shorter: bodies are limited where they come in.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// Fills an empty database in one transaction: the schema as it was when the backup was made, and
/// every row. Newer migrations are left to [`migrate::run`].
///
/// # Errors
/// `backup-not-recognised`, `backup-of-newer-version`, and `backup-damaged` with its line; then the
/// database is as empty as before.
pub fn restore(connection: &mut DbConnection, input: &mut impl BufRead) -> Outcome<Counted> {
    if let DbConnection::Postgres(inner) = connection {
        inner.batch_execute("SET statement_timeout = 0")?;
    }
    let mut lines = Lines { input, number: 0, hash: Sha256::new() };
    let header: Header = lines
        .next()?
        .and_then(|line| serde_json::from_slice(&line).ok())
        .filter(|header: &Header| header.format == FORMAT)
        .ok_or_else(|| Refusal::conflict("backup-not-recognised"))?;
    if header.version > VERSION || !migrate::knows(&header.migrations)? {
        return Err(Refusal::conflict("backup-of-newer-version").into());
    }
    connection.transaction(|connection| {
        migrate::run_only(connection, &header.migrations)?;
        let tables = tables::all(connection)?;
        for table in tables.iter().rev() {
            // What a migration put there is in the backup too.
            diesel::sql_query(format!("DELETE FROM \"{}\"", table.name)).execute(connection)?;
        }
        fill(connection, &tables, &mut lines)
    })
}

fn fill<R: BufRead>(
    connection: &mut DbConnection,
    tables: &[Table],
    lines: &mut Lines<'_, R>,
) -> Outcome<Counted> {
    let mut counted = Counted::default();
    let mut filling: Option<Filling> = None;
    loop {
        let before = lines.hash.clone();
        let line = lines.next()?.ok_or_else(|| lines.damaged())?;
        if line.first() == Some(&b'[') {
            let filling = filling.as_mut().ok_or_else(|| lines.damaged())?;
            let row = std::str::from_utf8(&line).map_err(|_| lines.damaged())?;
            filling.push(row);
            counted.rows += 1;
            if filling.rows.len() >= AT_ONCE {
                filling.flush(connection).map_err(|fault| lines.unfit(fault))?;
            }
            continue;
        }
        if let Some(mut filling) = filling.take() {
            filling.flush(connection).map_err(|fault| lines.unfit(fault))?;
        }
        match serde_json::from_slice(&line).map_err(|_| lines.damaged())? {
            Mark::Table { name, columns } => {
                let table = tables.iter().find(|table| table.name == name);
                let table = table.ok_or_else(|| lines.damaged())?;
                let insert = insert(connection, table, &columns).ok_or_else(|| lines.damaged())?;
                filling = Some(Filling { insert, rows: String::new() });
                counted.tables += 1;
            }
            Mark::End { counted: told, sha256 } => {
                let is_whole = told == counted
                    && sha256 == hex::encode(before.finalize())
                    && lines.next()?.is_none();
                return if is_whole { Ok(counted) } else { Err(lines.damaged().into()) };
            }
        }
    }
}

/// The rows of one table that wait to be inserted, as a JSON array without its end.
struct Filling {
    insert: String,
    rows: String,
}

impl Filling {
    fn push(&mut self, row: &str) {
        self.rows.push(if self.rows.is_empty() { '[' } else { ',' });
        self.rows.push_str(row);
    }

    fn flush(&mut self, connection: &mut DbConnection) -> Outcome<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        self.rows.push(']');
        diesel::sql_query(&self.insert).bind::<Text, _>(&self.rows).execute(connection)?;
        self.rows.clear();
        Ok(())
    }
}

/// None where a column is not the table's.
fn insert(connection: &DbConnection, table: &Table, columns: &[String]) -> Option<String> {
    let is_sqlite = matches!(connection, DbConnection::Sqlite(_));
    let mut values = Vec::with_capacity(columns.len());
    for (at, name) in columns.iter().enumerate() {
        let column = table.columns.iter().find(|column| column.name == *name)?;
        let sql_type = &column.sql_type;
        values.push(match (column.kind, is_sqlite) {
            (Kind::Bytes, true) => format!("unhex(json_extract(r.value, '$[{at}]'))"),
            (Kind::Bytes, false) => format!("decode(r.value ->> {at}, 'hex')"),
            (Kind::Bool, false) => format!("CAST(CAST(r.value ->> {at} AS integer) AS boolean)"),
            (Kind::Bool | Kind::Plain, true) => format!("json_extract(r.value, '$[{at}]')"),
            (Kind::Plain, false) => format!("CAST(r.value ->> {at} AS {sql_type})"),
        });
    }
    let (name, columns, values) = (&table.name, columns.join("\", \""), values.join(", "));
    let from = if is_sqlite {
        "json_each(?) AS r"
    } else {
        "json_array_elements(CAST($1 AS json)) AS r(value)"
    };
    Some(format!("INSERT INTO \"{name}\" (\"{columns}\") SELECT {values} FROM {from}"))
}

/// The lines of a backup and where we are in it.
struct Lines<'r, R> {
    input: &'r mut R,
    number: u64,
    /// Of the lines so far.
    hash: Sha256,
}

impl<R: BufRead> Lines<'_, R> {
    /// None at the end.
    fn next(&mut self) -> Outcome<Option<Vec<u8>>> {
        self.number += 1;
        let mut line = Vec::new();
        let read = self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
        match read {
            Ok(0) => Ok(None),
            Ok(_) if line.last() == Some(&b'\n') => {
                self.hash.update(&line);
                line.pop();
                Ok(Some(line))
            }
            Ok(_) => Err(self.damaged().into()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => self.next(),
            // Not even unpacked: another file, or another passphrase.
            Err(_) if self.number == 1 => Err(Refusal::conflict("backup-not-recognised").into()),
            // What is cut off or altered shows itself when it is unpacked.
            Err(error) => Err(self.damaged().with("error", error).into()),
        }
    }

    fn damaged(&self) -> Refusal {
        Refusal::conflict("backup-damaged").with("line", self.number)
    }

    /// Rows that the tables do not take were altered; a lost connection was not.
    fn unfit(&self, fault: Fault) -> Fault {
        match fault {
            Fault::Database(error) => self.damaged().with("error", error).into(),
            other => other,
        }
    }
}
