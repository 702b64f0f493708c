//! Choosing a database: no typo makes one, no stranger's file is written, commits are durable.

use std::fs;

use cho40::db::{DatabaseUrl, DbConnection, Fault};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::support::{TestDb, on_both};

fn refused(text: &str) -> &'static str {
    DatabaseUrl::parse(text).unwrap_err().code
}

#[test]
fn urls_are_read_by_their_scheme() {
    for text in ["sqlite:a.db", "sqlite://a.db"] {
        assert_eq!(DatabaseUrl::parse(text).unwrap(), DatabaseUrl::Sqlite("a.db".into()));
    }
    let absolute = DatabaseUrl::parse("sqlite:///var/lib/cho40.db").unwrap();
    assert_eq!(absolute, DatabaseUrl::Sqlite("/var/lib/cho40.db".into()));
    for text in ["postgres://cho40@db/cho40", "postgresql://cho40@db/cho40"] {
        assert_eq!(DatabaseUrl::parse(text).unwrap(), DatabaseUrl::Postgres(text.to_owned()));
    }
}

#[test]
fn other_urls_are_refused() {
    for text in ["", "cho40.db", "postgress://db/cho40", "mysql://db/cho40", "SQLITE:a.db"] {
        assert_eq!(refused(text), "database-url-unknown", "{text}");
    }
    for text in ["sqlite:", "sqlite://", "sqlite::memory:", "sqlite:file:a.db?mode=rwc"] {
        assert_eq!(refused(text), "database-url-sqlite-path", "{text}");
    }
}

#[test]
fn a_url_is_shown_without_its_password() {
    for text in [
        "postgres://cho40:gạo-nếp@db:5432/cho40",
        "postgres://cho40:a@b://gạo-nếp@db:5432/cho40",
        "postgres://db:5432/cho40?user=cho40&password=gạo-nếp",
    ] {
        let shown = format!("{:?}", DatabaseUrl::parse(text).unwrap());
        assert_eq!(shown, "postgres://…@db:5432/cho40");
    }
}

#[test]
fn a_missing_or_foreign_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let missing = DatabaseUrl::Sqlite(folder.path().join("cho4O.db"));
    let notes = folder.path().join("notes.txt");
    fs::write(&notes, "chợ Thới Bình, 120 sạp").unwrap();
    for (url, code) in [
        (&missing, "database-missing"),
        (&DatabaseUrl::Sqlite(notes.clone()), "database-not-sqlite"),
        (&DatabaseUrl::Sqlite(folder.path().into()), "database-not-sqlite"),
    ] {
        match DbConnection::open(url) {
            Err(Fault::Refused(refusal)) => assert_eq!(refusal.code, code),
            _ => panic!("{url:?} was opened"),
        }
    }
    assert!(!folder.path().join("cho4O.db").exists());
    assert_eq!(fs::read_to_string(notes).unwrap(), "chợ Thới Bình, 120 sạp");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_is_made_on_demand_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("cho40.db"));
    url.create_if_missing().unwrap();
    let mut connection = DbConnection::open(&url).unwrap();
    connection.batch_execute("CREATE TABLE kept (id BIGINT)").unwrap();
    drop(connection);
    url.create_if_missing().unwrap();
    let mut connection = DbConnection::open(&url).unwrap();
    connection.batch_execute("INSERT INTO kept (id) VALUES (1)").unwrap();

    let nowhere = DatabaseUrl::Sqlite(folder.path().join("no/such/cho40.db"));
    assert_eq!(nowhere.create_if_missing().unwrap_err().code, "database-not-creatable");
}

#[test]
fn a_name_is_a_name_whatever_stands_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("chợ 100%41#1.db"));
    url.create_if_missing().unwrap();
    let mut connection = DbConnection::open(&url).unwrap();
    connection.batch_execute("CREATE TABLE kept (id BIGINT)").unwrap();
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["", "-shm", "-wal"].map(|end| format!("chợ 100%41#1.db{end}")));
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_a_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("cho40.db"));
    url.create_if_missing().unwrap();
    let mut connection = DbConnection::open(&url).unwrap();
    connection.batch_execute("CREATE TABLE kept (id BIGINT)").unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
}

/// SQLite only: PostgreSQL keeps its log itself. Linux only: it shows a process's open files.
#[cfg(target_os = "linux")]
#[test]
fn a_backup_by_another_process_leaves_the_log_in_place() {
    let mut db = TestDb::sqlite();
    let DatabaseUrl::Sqlite(path) = db.url().clone() else { panic!("not SQLite") };
    db.connection().batch_execute("CREATE TABLE notes (id BIGINT)").unwrap();
    // A pool opens connections while others are open.
    let mut pool: Vec<_> = (0..3).map(|_| DbConnection::open(db.url()).unwrap()).collect();
    pool[1].batch_execute("INSERT INTO notes (id) VALUES (1)").unwrap();
    db.url().create_if_missing().unwrap();
    // As docs/operating.md says it is done.
    let backup = format!("{}.backup", path.display());
    let asked = format!("SELECT count(*) FROM notes; VACUUM INTO '{backup}'");
    let done = std::process::Command::new("sqlite3")
        .args([path.as_os_str(), asked.as_ref()])
        .output()
        .unwrap_or_else(|error| panic!("sqlite3, which scripts/test installs: {error}"));
    assert_eq!(String::from_utf8_lossy(&done.stdout), "1\n");
    assert!(fs::metadata(&backup).is_ok(), "{}", String::from_utf8_lossy(&done.stderr));
    let log = format!("{}-wal", path.display());
    let open: Vec<_> = fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .map(|target| target.display().to_string())
        .filter(|target| target.starts_with(&log))
        .collect();
    assert_eq!(open, vec![log.clone(); 4], "every connection writes to the log that has a name");
    pool[2].batch_execute("INSERT INTO notes (id) VALUES (2)").unwrap();
    let mut fresh = DbConnection::open(db.url()).unwrap();
    let query = "SELECT CAST(count(*) AS TEXT) AS value FROM notes";
    let seen: Setting = diesel::sql_query(query).get_result(&mut fresh).unwrap();
    assert_eq!(seen.value, "2");
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

on_both!(every_connection_commits_durably, |db| {
    if let DbConnection::Postgres(inner) = db.connection() {
        // What an operator in a hurry might have set.
        let weaken = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off',
                      current_database()); END $$";
        inner.batch_execute(weaken).unwrap();
    }
    let mut connection = DbConnection::open(db.url()).unwrap();
    let (query, durable) = match &connection {
        DbConnection::Sqlite(_) => (
            "SELECT journal_mode || ' ' || synchronous AS value
             FROM pragma_journal_mode, pragma_synchronous",
            "wal 2",
        ),
        DbConnection::Postgres(_) => {
            ("SELECT current_setting('synchronous_commit') AS value", "on")
        }
    };
    let found: Setting = diesel::sql_query(query).get_result(&mut connection).unwrap();
    assert_eq!(found.value, durable);
});

on_both!(a_transaction_is_whole_or_nothing, |db| {
    let other_url = db.url().clone();
    let connection = db.connection();
    connection.batch_execute("CREATE TABLE notes (id BIGINT PRIMARY KEY)").unwrap();
    let failed = connection.in_transaction(|inner| {
        inner.batch_execute("INSERT INTO notes (id) VALUES (1)")?;
        Ok(inner.batch_execute("INSERT INTO notes (id) VALUES (1)")?)
    });
    assert!(matches!(failed, Err(Fault::Database(_))));
    connection
        .in_transaction(|inner| Ok(inner.batch_execute("INSERT INTO notes (id) VALUES (1)")?))
        .unwrap();
    let mut other = DbConnection::open(&other_url).unwrap();
    assert!(other.batch_execute("INSERT INTO notes (id) VALUES (1)").is_err());
});

/// PostgreSQL only: there it is another server that answers.
#[test]
fn a_postgres_database_that_does_not_exist_is_not_made() {
    let db = TestDb::postgres();
    let DatabaseUrl::Postgres(url) = db.url() else { panic!("not PostgreSQL") };
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let missing = DatabaseUrl::Postgres(format!("{address}_typo?{query}"));
    for _ in 0..2 {
        assert!(matches!(DbConnection::open(&missing), Err(Fault::Away(_))));
    }
}
