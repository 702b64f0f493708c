//! Many rows into one table with one cached statement, for the hot tables.
//!
//! SQLite runs a cached single-row insert for each row; PostgreSQL takes one array a column, so
//! that its statement does not grow with the batch (`INSERT … SELECT … FROM unnest(…)`; multi-row
//! VALUES would be parsed anew for each batch size). diesel's `sql_query` is never cached, hence
//! the fragment of our own.

use std::borrow::Cow;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::{DbConnection, Fault, Outcome};

/// A column's kind; both databases store integers of every width through `Int`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Int,
    MaybeInt,
    Text,
    MaybeText,
    MaybeBytes,
}

/// One value of a row; its variant must be its column's kind.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    Int(i64),
    MaybeInt(Option<i64>),
    Text(Cow<'a, str>),
    MaybeText(Option<Cow<'a, str>>),
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
    sqlite: String,
    postgres: String,
}

impl Table {
    #[must_use]
    pub fn new(name: &str, columns: &[(&'static str, Kind)], suffix: &str) -> Self {
        let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        let marks = vec!["?"; columns.len()].join(", ");
        let casts: Vec<_> = columns
            .iter()
            .map(|(_, kind)| match kind {
                Kind::Int | Kind::MaybeInt => "?::bigint[]",
                Kind::Text | Kind::MaybeText => "?::text[]",
                Kind::MaybeBytes => "?::bytea[]",
            })
            .collect();
        let casts = casts.join(", ");
        Self {
            columns: columns.to_vec(),
            sqlite: format!("INSERT INTO {name} ({names}) VALUES ({marks}) {suffix}"),
            postgres: format!(
                "INSERT INTO {name} ({names}) SELECT * FROM unnest({casts}) {suffix}"
            ),
        }
    }

    /// Inserts rows laid end to end; tells for each row whether SQLite changed anything, and for
    /// PostgreSQL only how many rows were changed.
    pub fn insert(&self, connection: &mut DbConnection, values: &[Value<'_>]) -> Outcome<Changed> {
        let width = self.columns.len();
        if values.is_empty() {
            return Ok(Changed::Each(Vec::new()));
        }
        if !values.len().is_multiple_of(width) {
            return Err(Fault::broken("a row of a hot table has a wrong number of values"));
        }
        match connection {
            DbConnection::Sqlite(inner) => {
                let mut changed = Vec::with_capacity(values.len() / width);
                for row in values.chunks_exact(width) {
                    let statement = Statement { text: &self.sqlite, binds: row };
                    changed.push(statement.execute(inner)? > 0);
                }
                Ok(Changed::Each(changed))
            }
            DbConnection::Postgres(inner) => {
                let columns: Vec<_> = (0..width)
                    .map(|column| Column::of(values.iter().skip(column).step_by(width)))
                    .collect();
                let statement = Statement { text: &self.postgres, binds: &columns };
                Ok(Changed::Total(statement.execute(inner)?))
            }
        }
    }
}

/// What an insert changed.
#[derive(Debug)]
pub enum Changed {
    Each(Vec<bool>),
    Total(usize),
}

/// A column of a batch as PostgreSQL takes it.
pub enum Column<'a> {
    Ints(Vec<Option<i64>>),
    Texts(Vec<Option<&'a str>>),
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

/// A statement whose text has a `?` for each bind; cached by its text.
pub struct Statement<'a, B> {
    pub text: &'a str,
    pub binds: &'a [B],
}

impl<B> QueryId for Statement<'_, B> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<B, C> RunQueryDsl<C> for Statement<'_, B> {}

impl QueryFragment<Sqlite> for Statement<'_, Value<'_>> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let mut pieces = self.text.split('?');
        out.push_sql(pieces.next().unwrap_or_default());
        for (value, piece) in self.binds.iter().zip(pieces) {
            match value {
                Value::Int(value) => out.push_bind_param::<BigInt, _>(value)?,
                Value::MaybeInt(value) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Value::Text(value) => out.push_bind_param::<Text, _>(value.as_ref())?,
                Value::MaybeText(value) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                Value::MaybeBytes(value) => out.push_bind_param::<Nullable<Binary>, _>(value)?,
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}

impl QueryFragment<Pg> for Statement<'_, Column<'_>> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut pieces = self.text.split('?');
        out.push_sql(pieces.next().unwrap_or_default());
        for (column, piece) in self.binds.iter().zip(pieces) {
            match column {
                Column::Ints(values) => {
                    out.push_bind_param::<Array<Nullable<BigInt>>, _>(values)?;
                }
                Column::Texts(values) => {
                    out.push_bind_param::<Array<Nullable<Text>>, _>(values)?;
                }
                Column::Bytes(values) => {
                    out.push_bind_param::<Array<Nullable<Binary>>, _>(values)?;
                }
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}
