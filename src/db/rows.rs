//! Many rows into one table with one cached statement, for the hot tables.
//!
//! SQLite takes a few rows a statement, in fixed numbers so that each is prepared once; PostgreSQL
//! takes one array a column, so that its statement does not grow with the batch (`INSERT … SELECT
//! unnest(…), unnest(…)`; multi-row VALUES would be parsed anew for each batch size, and unnest in
//! FROM writes each column into a store of its own first, which takes three times as long). diesel's
//! `sql_query` is never cached, hence the fragment of our own.

use std::borrow::Cow;
use std::fmt::Write;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::{DbConnection, Fault, Outcome};

/// Rows of one SQLite statement, most first.
const ROWS_AT_ONCE: [usize; 3] = [16, 4, 1];

/// A column's kind; both databases store integers of every width through `Int`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Int,
    MaybeInt,
    Text,
    MaybeText,
    Bool,
    MaybeBytes,
}

/// One value of a row; its variant must be its column's kind.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    Int(i64),
    MaybeInt(Option<i64>),
    Text(Cow<'a, str>),
    MaybeText(Option<Cow<'a, str>>),
    Bool(bool),
    MaybeBytes(Option<Cow<'a, [u8]>>),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::MaybeInt(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

/// A hot table: its columns in order and what follows the rows (`ON CONFLICT …`).
#[derive(Debug)]
pub struct Table {
    columns: Vec<(&'static str, Kind)>,
    /// For each number of rows, the text in pieces, a bind between each two.
    sqlite: Vec<(usize, Vec<String>)>,
    /// Up to where a condition may stand.
    postgres: String,
    suffix: String,
}

/// An UPDATE of one row, which changes it or not: what a whole statement hangs on.
#[derive(Debug)]
pub struct Gate {
    /// A `?` for each bind.
    pub update: &'static str,
    pub binds: Vec<i64>,
}

impl Table {
    #[must_use]
    pub fn new(name: &str, columns: &[(&'static str, Kind)], suffix: &str) -> Self {
        let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        let values: Vec<_> = columns
            .iter()
            .map(|(_, kind)| match kind {
                Kind::Int | Kind::MaybeInt => "unnest(?::bigint[])",
                Kind::Text | Kind::MaybeText => "unnest(?::text[])",
                Kind::Bool => "unnest(?::boolean[])",
                Kind::MaybeBytes => "unnest(?::bytea[])",
            })
            .collect();
        let values = values.join(", ");
        let rows = |count| {
            let rows = vec![row.as_str(); count].join(", ");
            (count, pieces(&format!("INSERT INTO {name} ({names}) VALUES {rows} {suffix}")))
        };
        Self {
            columns: columns.to_vec(),
            sqlite: ROWS_AT_ONCE.into_iter().map(rows).collect(),
            postgres: format!("INSERT INTO {name} ({names}) SELECT {values}"),
            suffix: suffix.to_owned(),
        }
    }

    /// Inserts rows laid end to end; returns how many rows were inserted or changed.
    pub fn insert(&self, connection: &mut DbConnection, values: &[Value<'_>]) -> Outcome<usize> {
        self.check(values)?;
        if values.is_empty() {
            return Ok(0);
        }
        match connection {
            DbConnection::Sqlite(inner) => self.insert_into_sqlite(inner, values),
            DbConnection::Postgres(inner) => {
                let columns = self.columns_of(values);
                let pieces = pieces(&format!("{} {}", self.postgres, self.suffix));
                Ok(Statement { pieces: &pieces, binds: &columns }.execute(inner)?)
            }
        }
    }

    fn insert_into_sqlite(
        &self,
        connection: &mut SqliteConnection,
        values: &[Value<'_>],
    ) -> Outcome<usize> {
        let (mut changed, mut rest) = (0, values);
        for (rows, pieces) in &self.sqlite {
            while let Some((binds, later)) = rest.split_at_checked(rows * self.columns.len()) {
                if binds.is_empty() {
                    break;
                }
                changed += Statement { pieces, binds }.execute(connection)?;
                rest = later;
            }
        }
        Ok(changed)
    }

    fn check(&self, values: &[Value<'_>]) -> Outcome<()> {
        if values.len().is_multiple_of(self.columns.len()) {
            return Ok(());
        }
        Err(Fault::broken("a row of a hot table has a wrong number of values"))
    }

    fn columns_of<'v>(&self, values: &'v [Value<'v>]) -> Vec<Column<'v>> {
        let width = self.columns.len();
        (0..width).map(|column| Column::of(values.iter().skip(column).step_by(width))).collect()
    }
}

/// What one transaction writes, collected so that PostgreSQL takes it in one statement: each
/// statement of its own would be a round trip for every batch.
#[derive(Debug, Default)]
pub struct Writes<'a>(Vec<(&'static Table, Vec<Value<'a>>)>);

impl<'a> Writes<'a> {
    /// Rows laid end to end. A table comes once: one statement may not change a row twice.
    pub fn push(&mut self, table: &'static Table, values: Vec<Value<'a>>) {
        if !values.is_empty() {
            self.0.push((table, values));
        }
    }

    /// Writes everything.
    pub fn run(&self, connection: &mut DbConnection) -> Outcome<()> {
        let inner = match connection {
            DbConnection::Sqlite(_) => {
                for (table, values) in &self.0 {
                    table.insert(connection, values)?;
                }
                return Ok(());
            }
            DbConnection::Postgres(inner) => inner,
        };
        let Some(((last, _), before)) = self.0.split_last() else { return Ok(()) };
        let mut text = String::new();
        for (number, (table, _)) in before.iter().enumerate() {
            let opening = if number == 0 { "WITH" } else { "," };
            let _ = write!(text, "{opening} w{number} AS ({} {}) ", table.postgres, table.suffix);
        }
        let _ = write!(text, "{} {}", last.postgres, last.suffix);
        let mut binds = Vec::new();
        self.bind(&mut binds)?;
        Statement { pieces: &pieces(&text), binds: &binds }.execute(inner)?;
        Ok(())
    }

    /// Writes everything in one statement that is a transaction of its own, if the gate's row is
    /// as the gate expects and no row with a unique key is there already; else nothing, and tells.
    /// On SQLite never: it has no such statement, and needs none.
    pub fn run_if(&self, connection: &mut DbConnection, gate: &Gate) -> Outcome<bool> {
        let DbConnection::Postgres(inner) = connection else { return Ok(false) };
        let mut text = format!("WITH gate AS ({} RETURNING 1)", gate.update);
        for (number, (table, _)) in self.0.iter().enumerate() {
            let (insert, suffix) = (&table.postgres, &table.suffix);
            let _ =
                write!(text, ", w{number} AS ({insert} WHERE EXISTS (SELECT FROM gate) {suffix})");
        }
        text.push_str(" SELECT FROM gate");
        let mut binds: Vec<_> = gate.binds.iter().copied().map(Column::One).collect();
        self.bind(&mut binds)?;
        match (Statement { pieces: &pieces(&text), binds: &binds }).execute(inner) {
            Ok(opened) => Ok(opened > 0),
            Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn bind<'v>(&'v self, binds: &mut Vec<Column<'v>>) -> Outcome<()> {
        for (table, values) in &self.0 {
            table.check(values)?;
            binds.extend(table.columns_of(values));
        }
        Ok(())
    }
}

/// A column of a batch as PostgreSQL takes it.
enum Column<'a> {
    /// Not a column, but one value.
    One(i64),
    Ints(Vec<Option<i64>>),
    Texts(Vec<Option<&'a str>>),
    Bools(Vec<bool>),
    Bytes(Vec<Option<&'a [u8]>>),
}

impl<'a> Column<'a> {
    fn of(values: impl Iterator<Item = &'a Value<'a>>) -> Self {
        let mut values = values.peekable();
        match values.peek() {
            Some(Value::Int(_) | Value::MaybeInt(_)) => Self::Ints(
                values
                    .map(|value| match value {
                        Value::Int(value) => Some(*value),
                        Value::MaybeInt(value) => *value,
                        _ => None,
                    })
                    .collect(),
            ),
            Some(Value::Bool(_)) => {
                Self::Bools(values.map(|value| matches!(value, Value::Bool(true))).collect())
            }
            Some(Value::MaybeBytes(_)) => Self::Bytes(
                values
                    .map(|value| match value {
                        Value::MaybeBytes(bytes) => bytes.as_deref(),
                        _ => None,
                    })
                    .collect(),
            ),
            _ => Self::Texts(
                values
                    .map(|value| match value {
                        Value::Text(text) => Some(text.as_ref()),
                        Value::MaybeText(text) => text.as_deref(),
                        _ => None,
                    })
                    .collect(),
            ),
        }
    }
}

/// What stands between the binds of a text with a `?` for each.
fn pieces(text: &str) -> Vec<String> {
    text.split('?').map(str::to_owned).collect()
}

/// A statement in pieces, a bind between each two; cached by its text.
struct Statement<'a, B> {
    pieces: &'a [String],
    binds: &'a [B],
}

impl<B> QueryId for Statement<'_, B> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<B, C> RunQueryDsl<C> for Statement<'_, B> {}

impl QueryFragment<Sqlite> for Statement<'_, Value<'_>> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let mut pieces = self.pieces.iter();
        out.push_sql(pieces.next().map_or("", String::as_str));
        for (value, piece) in self.binds.iter().zip(pieces) {
            match value {
                Value::Int(value) => out.push_bind_param::<BigInt, _>(value)?,
                Value::MaybeInt(value) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Value::Text(value) => out.push_bind_param::<Text, _>(value.as_ref())?,
                Value::MaybeText(value) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                Value::Bool(value) => out.push_bind_param::<Bool, _>(value)?,
                Value::MaybeBytes(value) => out.push_bind_param::<Nullable<Binary>, _>(value)?,
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}

impl QueryFragment<Pg> for Statement<'_, Column<'_>> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut pieces = self.pieces.iter();
        out.push_sql(pieces.next().map_or("", String::as_str));
        for (column, piece) in self.binds.iter().zip(pieces) {
            match column {
                Column::One(value) => out.push_bind_param::<BigInt, _>(value)?,
                Column::Ints(values) => {
                    out.push_bind_param::<Array<Nullable<BigInt>>, _>(values)?;
                }
                Column::Texts(values) => {
                    out.push_bind_param::<Array<Nullable<Text>>, _>(values)?;
                }
                Column::Bools(values) => out.push_bind_param::<Array<Bool>, _>(values)?,
                Column::Bytes(values) => {
                    out.push_bind_param::<Array<Nullable<Binary>>, _>(values)?;
                }
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}
