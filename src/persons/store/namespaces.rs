//! Numbers of accounts in the names under which a sender's ids are unique: some providers number each
//! account's transfers by themselves, so the account stands there.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Word, about};
use crate::db::{DbConnection, Outcome};
use crate::persons::Person;
use crate::primitives::ids::BoardId;

/// Tables join by these names, so each is renamed alike.
const NAMES: [(&str, &str); 6] = [
    ("sightings", "namespace"),
    ("sighting_conflicts", "namespace"),
    ("suspected_pairs", "namespace"),
    ("suspected_pairs", "sender"),
    ("account_sources", "sender"),
    // A list of numbers.
    ("feed_polls", "accounts"),
];

/// What stands between the parts of a name, and around a number in a list.
const ENDS: [char; 3] = [':', '-', '"'];

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    number: String,
}

/// Puts the number's id in its place; to be called while the numbers still stand in the register. A
/// repetition that comes afterwards is not known as one.
pub fn rename(connection: &mut DbConnection, board_id: BoardId, person: Person) -> Outcome<i64> {
    let numbers = "SELECT id, number FROM receiving_numbers
        WHERE board_id = $1 AND account_id IN {accounts}";
    let numbers: Vec<Number> = diesel::sql_query(about(person, numbers))
        .bind::<BigInt, _>(board_id.0)
        .bind::<BigInt, _>(person.id())
        .load(connection)?;
    let holds = match connection {
        DbConnection::Sqlite(_) => "instr",
        DbConnection::Postgres(_) => "strpos",
    };
    let mut count = 0;
    for (table, column) in NAMES {
        for Number { id, number } in &numbers {
            let found: Vec<Word> = diesel::sql_query(format!(
                "SELECT DISTINCT {column} AS word FROM {table}
                 WHERE board_id = $1 AND {holds}({column}, $2) > 0"
            ))
            .bind::<BigInt, _>(board_id.0)
            .bind::<Text, _>(number)
            .load(connection)?;
            for Word { word } in found {
                // SQLite numbers `$n` by where each stands first.
                let rows = diesel::sql_query(format!(
                    "UPDATE {table} SET {column} = $1 WHERE board_id = $2 AND {column} = $3"
                ))
                .bind::<Text, _>(without(&word, number, *id))
                .bind::<BigInt, _>(board_id.0)
                .bind::<Text, _>(&word)
                .execute(connection)?;
                count += i64::try_from(rows).unwrap_or(i64::MAX);
            }
        }
    }
    Ok(count)
}

/// The name with the number's id for the number, where that is a whole part of it.
fn without(name: &str, number: &str, id: i64) -> String {
    let parts = name.split_inclusive(ENDS).map(|part| {
        let bare = part.trim_end_matches(ENDS);
        let end = part.get(bare.len()..).unwrap_or_default();
        if bare == number { format!("X{id}{end}") } else { part.to_owned() }
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_number_goes() {
        let found = |name: &str| without(name, "0123", 7);
        assert_eq!(
            found("standard_webhooks:bank-x:970422-0123"),
            "standard_webhooks:bank-x:970422-X7"
        );
        assert_eq!(found("mbbank::0123:transaction"), "mbbank::X7:transaction");
        assert_eq!(found("[\"0123\",\"01234\"]"), "[\"X7\",\"01234\"]");
        assert_eq!(found("mbbank::90123:transaction"), "mbbank::90123:transaction");
    }
}
