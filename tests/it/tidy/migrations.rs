//! Rules over migrations: the same tables for both databases, and keys that begin with the board.

use super::source::{Source, bracketed, comma_separated, words};

/// Tables that route to a board or belong to the installation.
const GLOBAL: [&str; 12] = [
    "boards",
    "id_leases",
    "key_checks",
    "payer_years",
    "api_key_routes",
    "feed_routes",
    "stall_link_routes",
    "listener_routes",
    "user_login_routes",
    "user_invitation_routes",
    "user_session_routes",
    "voices",
];
const CONSTRAINTS: [&str; 5] = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT"];

/// A table of a migration: its name, and the range of each column or constraint.
struct Table<'a> {
    name: &'a str,
    offset: usize,
    parts: Vec<&'a str>,
}

/// SQL without comments; the line ends stay.
fn without_comments(source: &Source) -> Source {
    let lines = source.text.lines().map(|line| line.split("--").next().unwrap_or_default());
    Source::new(&source.path, &lines.collect::<Vec<_>>().join("\n"))
}

fn tables(sql: &Source) -> Vec<Table<'_>> {
    let head = "CREATE TABLE ";
    let table = |offset: usize| {
        let open = offset + sql.text[offset..].find('(')?;
        let name = sql.text[offset + head.len()..open].trim();
        let parts = comma_separated(&sql.text, bracketed(&sql.text, open)?);
        Some(Table { name, offset, parts: parts.into_iter().map(|p| sql.text[p].trim()).collect() })
    };
    words(&sql.text, head).filter_map(table).collect()
}

fn first_word(part: &str) -> &str {
    part.split_whitespace().next().unwrap_or_default()
}

/// `table.column` of all that a migration makes or adds.
fn columns(sql: &Source) -> Vec<String> {
    let made = tables(sql).into_iter().flat_map(|table| {
        let columns = table.parts.into_iter().map(first_word);
        let columns = columns.filter(|word| !CONSTRAINTS.contains(word));
        columns.map(move |column| format!("{}.{column}", table.name)).collect::<Vec<_>>()
    });
    let added = words(&sql.text, "ALTER TABLE ").filter_map(|offset| {
        let mut statement = sql.text[offset..].split(';').next()?.split_whitespace().skip(2);
        let (table, change) = (statement.next()?, statement.next()?);
        let column = statement.find(|word| *word != "COLUMN")?;
        Some(format!("{table}.{column} ({change})"))
    });
    made.chain(added).collect()
}

/// Both databases get the same tables and columns in the same order.
pub fn databases_agree(sqlite: &Source, postgres: &Source) -> Vec<String> {
    let (sqlite, postgres) = (without_comments(sqlite), without_comments(postgres));
    let (ours, theirs) = (columns(&sqlite), columns(&postgres));
    if ours == theirs {
        return Vec::new();
    }
    let differs = |a: &[String], b: &[String]| a.iter().find(|name| !b.contains(name)).cloned();
    let name = differs(&ours, &theirs).or_else(|| differs(&theirs, &ours));
    let name = name.unwrap_or_else(|| "the order of columns".to_owned());
    vec![format!("{} and {} differ: {name}", sqlite.path, postgres.path)]
}

/// The primary key, unique keys and foreign keys of a board's table begin with `board_id`.
pub fn keys_begin_with_the_board(migration: &Source) -> Vec<String> {
    let sql = without_comments(migration);
    let mut findings = Vec::new();
    for table in tables(&sql).iter().filter(|table| !GLOBAL.contains(&table.name)) {
        let of_a_table = ["PRIMARY", "UNIQUE", "FOREIGN"];
        let keys = table.parts.iter().filter(|part| of_a_table.contains(&first_word(part)));
        let keys: Vec<&&str> = keys.collect();
        let has_primary = keys.iter().any(|key| first_word(key) == "PRIMARY")
            || table
                .parts
                .iter()
                .any(|part| part.starts_with("board_id ") && part.contains("PRIMARY KEY"));
        let wrong = keys.iter().find(|key| !begins_with_board(key));
        if !has_primary {
            findings.push(sql.finding(table.offset, &format!("{} has no primary key", table.name)));
        }
        if let Some(key) = wrong {
            findings.push(sql.finding(table.offset, &format!("{}: {key}", table.name)));
        }
    }
    for offset in words(&sql.text, "CREATE UNIQUE INDEX") {
        let statement = sql.text[offset..].split(';').next().unwrap_or_default();
        if !begins_with_board(statement) {
            findings.push(sql.finding(offset, statement));
        }
    }
    findings
}

fn begins_with_board(key: &str) -> bool {
    let columns = key.split_once('(').map_or("", |(_, columns)| columns);
    first_word(columns).trim_end_matches([',', ')']) == "board_id"
}
