//! A migrated database of its own for each measurement, gone when it is dropped.

use std::path::Path;

use cho40::db::{DatabaseUrl, DbConnection, Fault, Outcome, migrate};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tempfile::TempDir;

/// Names the maintenance database of a PostgreSQL to measure on; `scripts/bench` sets it.
pub const POSTGRES: &str = "CHO40_BENCH_POSTGRES_URL";

/// Which database is measured.
#[derive(Clone, Debug)]
pub enum Kind {
    Sqlite,
    /// The URL of the maintenance database.
    Postgres(String),
}

impl Kind {
    /// SQLite, and PostgreSQL where the environment names one.
    pub fn all() -> Vec<Self> {
        let postgres = std::env::var(POSTGRES).ok().map(Self::Postgres);
        std::iter::once(Self::Sqlite).chain(postgres).collect()
    }

    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }
}

/// A database, and a folder on disk for what lies beside it.
pub struct Database {
    kind: Kind,
    /// As the configuration file takes it.
    pub url: String,
    folder: TempDir,
}

impl Database {
    pub fn create(kind: &Kind) -> Outcome<Self> {
        // Below target/, which lies on a disk; /tmp may be memory.
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).map_err(Fault::broken)?;
        let url = match kind {
            Kind::Sqlite => format!("sqlite:{}", folder.path().join("cho40.db").display()),
            Kind::Postgres(server) => {
                let name = format!("cho40_bench_{}", std::process::id());
                on_server(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
                on_server(server, &format!("CREATE DATABASE {name}"))?;
                let (address, query) = server.split_once('?').unwrap_or((server, ""));
                let address = address.rsplit_once('/').map_or(address, |(address, _)| address);
                format!("{address}/{name}?{query}")
            }
        };
        let database = Self { kind: kind.clone(), url, folder };
        DatabaseUrl::parse(&database.url)?.create_if_missing()?;
        migrate::run(&mut database.connect()?)?;
        Ok(database)
    }

    pub fn connect(&self) -> Outcome<DbConnection> {
        DbConnection::open(&DatabaseUrl::parse(&self.url)?)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Kind::Postgres(server) = &self.kind {
            let name = self.url.split('?').next().and_then(|address| address.rsplit('/').next());
            let name = name.unwrap_or_default();
            // What failed before is the error to be shown.
            let _ = on_server(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn on_server(server: &str, statement: &str) -> Outcome<()> {
    let mut connection = PgConnection::establish(server).map_err(Fault::broken)?;
    Ok(connection.batch_execute(statement)?)
}
