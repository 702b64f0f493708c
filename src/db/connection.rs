//! One connection type over both databases, opened with the settings that durability needs.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2;
use diesel::result::Error as DieselError;

use super::url::{not_sqlite, sqlite_uri};
use super::{DatabaseUrl, Fault, Outcome, look};
use crate::primitives::Refusal;

/// What SQLite says of a file with another content (`SQLITE_NOTADB`).
const NOT_A_DATABASE: &str = "file is not a database";

/// What SQLite says where somebody else holds the file (`SQLITE_BUSY`).
const LOCKED: &str = "database is locked";
/// Ten seconds in all.
const WAL_TRIES: u32 = 400;
const WAL_PAUSE: Duration = Duration::from_millis(25);

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
            DatabaseUrl::Sqlite(path) => open_sqlite(url, path).map(Self::Sqlite),
            DatabaseUrl::Postgres(text) => open_postgres(text).map(Self::Postgres),
        }
    }

    /// [`Self::open`] at a command's start, where a person can still mend the address. Nothing is
    /// written before it is known that the tables are ours.
    ///
    /// # Errors
    /// `database-empty`; `database-not-on-server`, `database-not-reachable` and
    /// `database-of-another-program` on `database_url`, and those of the URL.
    pub fn open_first(url: &DatabaseUrl) -> Outcome<Self> {
        if look::is_empty(url).map_err(|fault| unreachable_at(url, fault))? {
            return Err(Refusal::conflict("database-empty").into());
        }
        Self::open(url).map_err(|fault| unreachable_at(url, fault))
    }

    /// [`Self::open_first`] for the commands that fill an empty database.
    pub fn open_new(url: &DatabaseUrl) -> Outcome<Self> {
        look::is_empty(url)
            .and_then(|_| Self::open(url))
            .map_err(|fault| unreachable_at(url, fault))
    }

    /// [`Self::open_new`] for a restore, which writes over nothing.
    ///
    /// # Errors
    /// `database-not-empty` on `database_url`, and those of [`Self::open_new`].
    pub fn open_empty(url: &DatabaseUrl) -> Outcome<Self> {
        if look::is_empty(url).map_err(|fault| unreachable_at(url, fault))? {
            return Self::open_new(url);
        }
        let refusal = Refusal::invalid("database_url", "database-not-empty");
        Err(refusal.with("database", format!("{url:?}")).into())
    }

    /// Runs work in one transaction. SQLite takes its write lock at the start, so that two
    /// writers wait for each other instead of failing half-way.
    pub fn in_transaction<T>(&mut self, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        self.begin()?;
        self.finish(work)
    }

    /// Runs work inside the open transaction; where it fails, what it wrote is taken back and the
    /// transaction goes on. The name tells savepoints within each other apart.
    pub fn in_savepoint<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<T> {
        self.batch_execute(&format!("SAVEPOINT {name}"))?;
        let result = work(self);
        if result.is_err() {
            self.batch_execute(&format!("ROLLBACK TO SAVEPOINT {name}"))?;
        }
        self.batch_execute(&format!("RELEASE SAVEPOINT {name}"))?;
        result
    }

    /// Runs queries that must fit together: all see the database as it was at the first one.
    pub fn in_snapshot<T>(&mut self, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        let begin = match self {
            Self::Sqlite(_) => "BEGIN",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        };
        self.batch_execute(begin)?;
        self.finish(work)
    }

    /// Opens a transaction that [`Self::finish`] ends. Where it fails, nothing has been done.
    pub(super) fn begin(&mut self) -> Outcome<()> {
        let begin = match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN",
        };
        Ok(self.batch_execute(begin)?)
    }

    /// Runs work in the open transaction, and ends it.
    pub(super) fn finish<T>(&mut self, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        let result = guarded(|| work(self))
            .and_then(|value| Ok(self.batch_execute("COMMIT").map(|()| value)?));
        if result.is_err() {
            // The connection may be gone altogether; the first error is the one that matters.
            let _ = self.batch_execute("ROLLBACK");
        }
        result
    }
}

/// A lane outlives the work that panics on it.
pub(super) fn guarded<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Fault::broken("a write panicked")))
}

/// Why a database that was named cannot be reached, for the person who named it.
fn unreachable_at(url: &DatabaseUrl, fault: Fault) -> Fault {
    let Fault::Away(error) = fault else { return fault };
    // libpq adds a second line that asks what the text says better.
    let error = error.lines().next().unwrap_or_default();
    let is_missing = error.contains("database \"") && error.contains("does not exist");
    let code = if is_missing { "database-not-on-server" } else { "database-not-reachable" };
    let refusal = Refusal::invalid("database_url", code);
    refusal.with("database", format!("{url:?}")).with("error", error).into()
}

/// SQLite on a file that is there, as it stands.
pub(super) fn sqlite(url: &DatabaseUrl, path: &Path) -> Outcome<SqliteConnection> {
    url.require_existing()?;
    let name = path.to_str().ok_or_else(|| Fault::broken("path is not UTF-8"))?;
    let mut inner = SqliteConnection::establish(&sqlite_uri(name)).map_err(Fault::broken)?;
    // As long as PostgreSQL's `lock_timeout`, and for the same reason.
    inner.batch_execute("PRAGMA busy_timeout = 5000")?;
    // The first look into the file.
    inner.batch_execute("PRAGMA schema_version").map_err(|error| match error {
        DieselError::DatabaseError(_, told) if told.message() == NOT_A_DATABASE => {
            not_sqlite(path).into()
        }
        other => Fault::from(other),
    })?;
    Ok(inner)
}

fn open_sqlite(url: &DatabaseUrl, path: &Path) -> Outcome<SqliteConnection> {
    let mut inner = sqlite(url, path)?;
    use_wal(&mut inner)?;
    inner.batch_execute(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;
         PRAGMA wal_autocheckpoint = 8000;",
    )?;
    let synchronous = "SELECT CAST(synchronous AS TEXT) AS value FROM pragma_synchronous";
    assert_setting(&mut inner, synchronous, "2")?;
    assert_setting(&mut inner, "SELECT journal_mode AS value FROM pragma_journal_mode", "wal")?;
    Ok(inner)
}

/// Processes that open a new file together do not wait for one another here: SQLite does not ask
/// `busy_timeout` for the change to WAL.
fn use_wal(connection: &mut SqliteConnection) -> Outcome<()> {
    let mut tries = 0;
    loop {
        match connection.batch_execute("PRAGMA journal_mode = WAL") {
            Err(DieselError::DatabaseError(_, told))
                if told.message() == LOCKED && tries < WAL_TRIES =>
            {
                tries += 1;
                std::thread::sleep(WAL_PAUSE);
            }
            done => return Ok(done?),
        }
    }
}

/// PostgreSQL, as it stands.
pub(super) fn reach(text: &str) -> Outcome<PgConnection> {
    PgConnection::establish(text).map_err(|error| Fault::Away(error.to_string()))
}

/// A provider waits half a minute, and on a lane its delivery may stand behind several jobs that wait
/// for the same lock one after the other.
fn open_postgres(text: &str) -> Outcome<PgConnection> {
    let mut inner = reach(text)?;
    // A report's sums of a thousand stalls are made in memory, not sorted on disk: 4 MB are too few.
    inner.batch_execute(
        "SET synchronous_commit = on; SET client_min_messages = warning; SET work_mem = '32MB';
         SET lock_timeout = '5s'; SET statement_timeout = '60s'",
    )?;
    assert_setting(&mut inner, "SELECT current_setting('synchronous_commit') AS value", "on")?;
    Ok(inner)
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

/// A connection of the readers' pool.
pub struct Reader {
    pub connection: DbConnection,
    /// How many losses were known when it was opened: an older one has probably been lost too.
    pub epoch: u64,
    /// It goes back to nobody.
    pub is_lost: bool,
}

/// Opens pool connections; r2d2 calls it.
#[derive(Debug)]
pub struct Manager {
    url: DatabaseUrl,
    epoch: Arc<AtomicU64>,
}

impl Manager {
    /// `epoch` counts the losses of connections.
    #[must_use]
    pub const fn new(url: DatabaseUrl, epoch: Arc<AtomicU64>) -> Self {
        Self { url, epoch }
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Reader;
    type Error = Fault;

    fn connect(&self) -> Result<Self::Connection, Self::Error> {
        let epoch = self.epoch.load(Ordering::Acquire);
        Ok(Reader { connection: DbConnection::open(&self.url)?, epoch, is_lost: false })
    }

    fn is_valid(&self, reader: &mut Self::Connection) -> Result<(), Self::Error> {
        Ok(reader.connection.batch_execute("SELECT 1")?)
    }

    /// Costs no query: a read that fails tells.
    fn has_broken(&self, reader: &mut Self::Connection) -> bool {
        reader.is_lost || std::thread::panicking()
    }
}
