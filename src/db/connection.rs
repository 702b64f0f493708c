//! One connection type over both databases, opened with the settings that durability needs.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2;

use super::{DatabaseUrl, Fault, Outcome};
use crate::primitives::Refusal;

/// Either database. Queries that the derived enum cannot run go through `on_db!`.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

impl DbConnection {
    /// Opens an existing database. Durable commits are set and then asserted: a server that
    /// quietly ignored the setting would lose acknowledged transfers.
    pub fn open(url: &DatabaseUrl) -> Outcome<Self> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                url.require_existing()?;
                let path = path.to_str().ok_or_else(|| Fault::broken("path is not UTF-8"))?;
                let mut inner = SqliteConnection::establish(path).map_err(Fault::broken)?;
                inner.batch_execute(
                    "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL;
                     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
                     PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;
                     PRAGMA wal_autocheckpoint = 8000;",
                )?;
                assert_setting(
                    &mut inner,
                    "SELECT CAST(synchronous AS TEXT) AS value FROM pragma_synchronous",
                    "2",
                )?;
                assert_setting(
                    &mut inner,
                    "SELECT journal_mode AS value FROM pragma_journal_mode",
                    "wal",
                )?;
                Ok(Self::Sqlite(inner))
            }
            DatabaseUrl::Postgres(text) => {
                let mut inner = PgConnection::establish(text).map_err(Fault::broken)?;
                inner.batch_execute(
                    "SET synchronous_commit = on; SET client_min_messages = warning;
                     SET lock_timeout = '10s'; SET statement_timeout = '60s'",
                )?;
                assert_setting(
                    &mut inner,
                    "SELECT current_setting('synchronous_commit') AS value",
                    "on",
                )?;
                Ok(Self::Postgres(inner))
            }
        }
    }

    /// [`Self::open`] at a command's start, where a person can still mend the address.
    ///
    /// # Errors
    /// `database-not-on-server`, `database-not-reachable` on `database_url`, and those of the URL.
    pub fn open_first(url: &DatabaseUrl) -> Outcome<Self> {
        Self::open(url).map_err(|fault| match fault {
            Fault::Broken(error) => {
                // libpq adds a second line that asks what the text says better.
                let error = error.to_string();
                let error = error.lines().next().unwrap_or_default();
                let is_missing = error.contains("database \"") && error.contains("does not exist");
                let code =
                    if is_missing { "database-not-on-server" } else { "database-not-reachable" };
                let refusal = Refusal::invalid("database_url", code);
                refusal.with("database", format!("{url:?}")).with("error", error).into()
            }
            other => other,
        })
    }

    /// Runs work in one transaction. SQLite takes its write lock at the start, so that two
    /// writers wait for each other instead of failing half-way.
    pub fn in_transaction<T>(&mut self, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        let begin = match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN",
        };
        self.batch_execute(begin)?;
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(self)))
            .unwrap_or_else(|_| Err(Fault::broken("a write panicked")))
            .and_then(|value| Ok(self.batch_execute("COMMIT").map(|()| value)?));
        if result.is_err() {
            // The connection may be gone altogether; the first error is the one that matters.
            let _ = self.batch_execute("ROLLBACK");
        }
        result
    }
}

fn assert_setting<C>(connection: &mut C, query: &str, expected: &str) -> Outcome<()>
where
    C: diesel::connection::LoadConnection,
    diesel::query_builder::SqlQuery: for<'q> diesel::query_dsl::LoadQuery<'q, C, Setting>,
{
    let found: Setting = diesel::sql_query(query).get_result(connection)?;
    if found.value == expected {
        return Ok(());
    }
    Err(Fault::broken(format!("the database answers {:?} to {query:?}", found.value)))
}

/// Opens pool connections; r2d2 calls it.
#[derive(Debug)]
pub struct Manager {
    url: DatabaseUrl,
}

impl Manager {
    #[must_use]
    pub const fn new(url: DatabaseUrl) -> Self {
        Self { url }
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = DbConnection;
    type Error = Fault;

    fn connect(&self) -> Result<Self::Connection, Self::Error> {
        DbConnection::open(&self.url)
    }

    fn is_valid(&self, connection: &mut Self::Connection) -> Result<(), Self::Error> {
        Ok(connection.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, connection: &mut Self::Connection) -> bool {
        connection.batch_execute("SELECT 1").is_err()
    }
}
