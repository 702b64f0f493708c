//! Databases on the throwaway PostgreSQL cluster of this test run.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use cho40::db::{DatabaseUrl, DbConnection, migrate};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use sha2::{Digest, Sha256};

const VARIABLE: &str = "CHO40_TEST_POSTGRES_URL";
/// Held while the template is made: tests run in several processes. "test" in ASCII.
const LOCK: i64 = 0x74_65_73_74;

/// A database that is dropped with this value.
pub struct Database {
    server: Server,
    name: String,
}

/// The cluster, by the URL of its maintenance database.
#[derive(Clone)]
struct Server(String);

impl Database {
    /// A copy of the migrated template; migrating anew for each test would take far longer.
    pub fn migrated() -> Self {
        static TEMPLATE: OnceLock<String> = OnceLock::new();
        let server = Server::of_this_run();
        let template = TEMPLATE.get_or_init(|| make_template(&server));
        Self::create(server, &format!("TEMPLATE {template}"))
    }

    /// A database without any table.
    pub fn empty() -> Self {
        Self::create(Server::of_this_run(), "TEMPLATE template0")
    }

    fn create(server: Server, options: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("cho40_test_{}_{number}", std::process::id());
        // A killed run on a server of one's own may have left the name behind.
        let mut connection = server.connect();
        drop_database(&mut connection, &name).unwrap();
        connection.batch_execute(&format!("CREATE DATABASE {name} {options}")).unwrap();
        Self { server, name }
    }

    pub fn url(&self) -> DatabaseUrl {
        self.server.database(&self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The cluster is thrown away in any case; a failing test must show its own failure.
        if let Ok(mut connection) = PgConnection::establish(&self.server.0) {
            let _ = drop_database(&mut connection, &self.name);
        }
    }
}

impl Server {
    fn of_this_run() -> Self {
        Self(std::env::var(VARIABLE).unwrap_or_else(|_| {
            panic!(
                "{VARIABLE} is not set: run the tests with scripts/test, which starts a throwaway \
                 PostgreSQL; or name the maintenance database of a server to test on"
            )
        }))
    }

    fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.0).unwrap_or_else(|error| panic!("{VARIABLE}: {error}"))
    }

    /// The URL with another database name.
    fn database(&self, name: &str) -> DatabaseUrl {
        let (address, query) = self.0.split_once('?').unwrap_or((&self.0, ""));
        let (server, _) = address.rsplit_once('/').expect("the URL names a database");
        DatabaseUrl::Postgres(format!("{server}/{name}?{query}"))
    }
}

fn drop_database(connection: &mut PgConnection, name: &str) -> QueryResult<()> {
    connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The template of these migrations. It gets its name when it is whole, so that a killed run
/// leaves nothing half-made behind under that name.
fn make_template(server: &Server) -> String {
    let name = format!("cho40_template_{}", migrations_digest());
    let mut connection = server.connect();
    connection.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})")).unwrap();
    let known: Count = diesel::sql_query("SELECT count(*) FROM pg_database WHERE datname = $1")
        .bind::<Text, _>(&name)
        .get_result(&mut connection)
        .unwrap();
    if known.count == 0 {
        let making = format!("{name}_making");
        drop_database(&mut connection, &making).unwrap();
        connection.batch_execute(&format!("CREATE DATABASE {making}")).unwrap();
        migrate::run(&mut DbConnection::open(&server.database(&making)).unwrap()).unwrap();
        for change in ["WITH ALLOW_CONNECTIONS false".to_owned(), format!("RENAME TO {name}")] {
            connection.batch_execute(&format!("ALTER DATABASE {making} {change}")).unwrap();
        }
    }
    // The lock ends with the connection.
    name
}

fn migrations_digest() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("up.sql"))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        digest.update(std::fs::read(file).unwrap());
    }
    hex::encode(&digest.finalize()[..8])
}
