//! From the schemas that are kept in tests/fixtures to today's: `cho40 migrate`, nothing lost,
//! `cho40 doctor` clean. docs/operating.md says how one is added at a release.

use std::collections::BTreeMap;

use cho40::app::App;
use cho40::db::{DatabaseUrl, DbConnection, backup};
use cho40::primitives::{Clock, UnixMs};
use diesel::connection::SimpleConnection as _;
use serde_json::Value;

use crate::support::empty_databases;

/// Each with its rows: SQLite's, PostgreSQL's.
const FIXTURES: [(&str, [&str; 2]); 1] = [(
    "2026-11-27",
    [
        include_str!("../fixtures/schema-2026-11-27.sqlite.sql"),
        include_str!("../fixtures/schema-2026-11-27.postgres.sql"),
    ],
)];

/// What only sums up other rows: other tables have taken its place since, and the server makes them anew.
const MADE_ANEW: [&str; 2] = ["month_totals", "rolled_months"];
/// The same of a column.
const COLUMN_MADE_ANEW: &str = "last_rolled_month";

/// The rows of each table, a value by its column.
type Tables = BTreeMap<String, Vec<BTreeMap<String, Value>>>;

fn tables(connection: &mut DbConnection) -> Tables {
    let mut out = Vec::new();
    backup::write(connection, UnixMs(0), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let (mut tables, mut name, mut columns) = (Tables::new(), String::new(), Vec::new());
    for line in text.lines().skip(1) {
        let line: Value = serde_json::from_str(line).unwrap();
        if let Some(table) = line.get("table") {
            name = table["name"].as_str().unwrap().to_owned();
            let names = table["columns"].as_array().unwrap().iter();
            columns = names.map(|column| column.as_str().unwrap().to_owned()).collect();
            tables.insert(name.clone(), Vec::new());
        } else if let Some(values) = line.as_array() {
            let row = columns.iter().cloned().zip(values.iter().cloned()).collect();
            tables.get_mut(&name).unwrap().push(row);
        }
    }
    tables
}

/// Whether a row is still there, with what it had in every column that it had.
fn is_kept(row: &BTreeMap<String, Value>, rows: &[BTreeMap<String, Value>]) -> bool {
    let kept = || row.iter().filter(|(column, _)| *column != COLUMN_MADE_ANEW);
    rows.iter().any(|now| kept().all(|(column, value)| now.get(column) == Some(value)))
}

#[test]
fn every_kept_schema_comes_up_to_date_with_its_rows() {
    for (name, texts) in FIXTURES {
        for (empty, text) in empty_databases().iter().zip(texts) {
            DbConnection::open(&empty.url).unwrap().batch_execute(text).unwrap();
            let before = tables(&mut DbConnection::open(&empty.url).unwrap());
            let rows: usize = before.values().map(Vec::len).sum();
            assert!(rows > 50, "{name}: {rows} rows");
            let home = tempfile::tempdir().unwrap();
            let url = match &empty.url {
                DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
                DatabaseUrl::Postgres(text) => text.clone(),
            };
            let run = |command: &str| {
                let output = crate::cli::cho40(home.path(), &[command, "--database-url", &url]);
                let said = String::from_utf8_lossy(&output.stdout).into_owned();
                let complained = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{name} {command}: {said}{complained}");
                said
            };
            assert!(run("migrate").contains("migrated"));
            assert!(run("doctor").contains("Everything agrees"));
            let after = tables(&mut DbConnection::open(&empty.url).unwrap());
            for (table, rows) in
                before.iter().filter(|(table, _)| !MADE_ANEW.contains(&table.as_str()))
            {
                let now = after.get(table).unwrap_or_else(|| panic!("{table} is gone"));
                assert_eq!(now.len(), rows.len(), "{name}: {table}");
                let lost: Vec<_> = rows.iter().filter(|row| !is_kept(row, now)).collect();
                assert!(lost.is_empty(), "{name}: {table} lost {lost:#?}");
            }
            serves(&empty.url);
        }
    }
}

/// The installation's key still opens what it sealed, and the server's parts start.
fn serves(url: &DatabaseUrl) {
    let config = crate::web_support::config(url);
    let app = App::build(config, Clock::system()).unwrap();
    drop(app);
}
