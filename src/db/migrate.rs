//! Migrations, embedded in the binary, one folder a database.

use std::collections::HashSet;

use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource as _};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{DbConnection, Fault, Outcome};
use crate::primitives::Refusal;

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");
/// "cho40" in ASCII: two processes that start together must not migrate together.
const LOCK: i64 = 0x63_68_6f_34_30;

/// Brings the schema up to date; returns the names of the migrations that ran. diesel takes no
/// lock: SQLite's transaction holds its write lock from the start, PostgreSQL gets an advisory one.
pub fn run(connection: &mut DbConnection) -> Outcome<Vec<String>> {
    match connection {
        DbConnection::Sqlite(inner) => inner.immediate_transaction(|inner| {
            let ran = inner.run_pending_migrations(SQLITE).map_err(Fault::broken)?;
            Ok(ran.iter().map(ToString::to_string).collect())
        }),
        DbConnection::Postgres(inner) => {
            lock(inner)?;
            let ran = inner
                .run_pending_migrations(POSTGRES)
                .map(|ran| ran.iter().map(ToString::to_string).collect())
                .map_err(Fault::broken);
            inner.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
            ran
        }
    }
}

/// Keeps other processes from migrating, and from this, as long as the connection is open. On SQLite
/// two commands of one machine are not kept apart.
pub fn keep_alone(connection: &mut DbConnection) -> Outcome<()> {
    match connection {
        DbConnection::Sqlite(_) => Ok(()),
        DbConnection::Postgres(inner) => lock(inner),
    }
}

fn lock(connection: &mut PgConnection) -> Outcome<()> {
    let lock = format!("SET lock_timeout = '60s'; SELECT pg_advisory_lock({LOCK})");
    Ok(connection.batch_execute(&lock)?)
}

/// The versions that have run here, oldest first.
pub(super) fn applied(connection: &mut DbConnection) -> Outcome<Vec<String>> {
    let applied = match connection {
        DbConnection::Sqlite(inner) => inner.applied_migrations(),
        DbConnection::Postgres(inner) => inner.applied_migrations(),
    };
    let applied = applied.map_err(Fault::broken)?;
    let mut versions: Vec<_> = applied.iter().map(ToString::to_string).collect();
    versions.sort_unstable();
    Ok(versions)
}

/// Whether all of these are among the embedded ones.
pub(super) fn knows(versions: &[String]) -> Outcome<bool> {
    let known = self::versions()?;
    Ok(versions.iter().all(|version| known.contains(version)))
}

/// Runs these, in their order, in the caller's transaction.
pub(super) fn run_only(connection: &mut DbConnection, versions: &[String]) -> Outcome<()> {
    applied(connection)?;
    match connection {
        DbConnection::Sqlite(inner) => run_each(inner, &SQLITE, versions),
        DbConnection::Postgres(inner) => run_each(inner, &POSTGRES, versions),
    }
}

fn run_each<C: MigrationHarness<DB>, DB: diesel::backend::Backend>(
    connection: &mut C,
    source: &EmbeddedMigrations,
    versions: &[String],
) -> Outcome<()>
where
    EmbeddedMigrations: diesel::migration::MigrationSource<DB>,
{
    let mut all: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(Fault::broken)?;
    all.sort_unstable_by_key(|migration| migration.name().version().as_owned());
    for migration in all {
        if versions.contains(&migration.name().version().to_string()) {
            connection.run_migration(&migration).map_err(Fault::broken)?;
        }
    }
    Ok(())
}

/// The versions of the embedded migrations, as the databases record them; both have the same.
pub(super) fn versions() -> Outcome<HashSet<String>> {
    let all: Vec<Box<dyn Migration<Sqlite>>> = SQLITE.migrations().map_err(Fault::broken)?;
    Ok(all.iter().map(|migration| migration.name().version().to_string()).collect())
}

/// Whether no migration has run here yet.
fn is_empty(connection: &mut DbConnection) -> Outcome<bool> {
    Ok(applied(connection)?.is_empty())
}

/// Refuses a database that is not ready for this binary.
///
/// # Errors
/// `database-empty`, `database-not-migrated`.
pub fn require_current(connection: &mut DbConnection) -> Outcome<()> {
    if is_empty(connection)? {
        return Err(Refusal::conflict("database-empty").into());
    }
    if !is_current(connection)? {
        return Err(Refusal::conflict("database-not-migrated").into());
    }
    Ok(())
}

/// Whether the schema is the one that this binary was built with.
pub fn is_current(connection: &mut DbConnection) -> Outcome<bool> {
    // The harness hides what went wrong; a lost connection must show itself as one.
    connection.batch_execute("SELECT 1")?;
    let pending = match connection {
        DbConnection::Sqlite(inner) => inner.has_pending_migration(SQLITE),
        DbConnection::Postgres(inner) => inner.has_pending_migration(POSTGRES),
    };
    pending.map(|pending| !pending).map_err(Fault::broken)
}
