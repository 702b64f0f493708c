//! Words of a person in what others wrote, and in what banks sent.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Id, about};
use crate::db::schema::deliveries;
use crate::db::{DbConnection, Outcome};
use crate::persons::{ERASED, Person};
use crate::primitives::ids::BoardId;

/// Texts that people write. Names of other people who did something (who checked, counted, visited) are
/// none of them.
const FREE_TEXTS: [(&str, &str); 23] = [
    ("assignment_proposals", "why"),
    ("assignment_proposals", "decided_why"),
    ("attribution_lines", "why"),
    ("class_rules", "value"),
    ("code_check_places", "note"),
    ("code_check_symbols", "payload"),
    ("code_checks", "checked_by"),
    ("codes", "revoked_because"),
    ("consents", "given_by"),
    ("consents", "wording"),
    ("delivery_dismissals", "why"),
    ("feeds", "name"),
    ("feeds", "subscriber"),
    ("listeners", "name"),
    ("mark_reviews", "note"),
    ("other_codes", "revoked_because"),
    ("phone_devices", "name"),
    ("phone_templates", "example"),
    ("refunds", "why"),
    ("requests", "purpose"),
    ("sighting_conflicts", "note"),
    ("stall_links", "name"),
    ("visit_reports", "note"),
];

/// Writes over a word wherever people wrote it; how many rows had it.
pub fn erase_word(connection: &mut DbConnection, board_id: BoardId, word: &str) -> Outcome<i64> {
    let holds = match connection {
        DbConnection::Sqlite(_) => "instr",
        DbConnection::Postgres(_) => "strpos",
    };
    let mut count = 0;
    // SQLite numbers `$n` by where each stands first: the word comes before the board everywhere.
    let texts = FREE_TEXTS.iter().map(|(table, column)| {
        format!(
            "UPDATE {table} SET {column} = replace({column}, $1, '{ERASED}')
             WHERE board_id = $2 AND {holds}({column}, $1) > 0"
        )
    });
    let forgotten = [
        format!(
            "UPDATE unassigned SET memo = NULL, payer_name = NULL
             WHERE ({holds}(memo, $1) > 0 OR {holds}(payer_name, $1) > 0)
             AND board_id = $2 AND resolved_at_ms IS NOT NULL"
        ),
        format!(
            "DELETE FROM phone_texts
             WHERE ({holds}(text, $1) > 0 OR {holds}(title, $1) > 0) AND board_id = $2"
        ),
    ];
    for statement in texts.chain(forgotten) {
        let rows = diesel::sql_query(statement)
            .bind::<Text, _>(word)
            .bind::<BigInt, _>(board_id.0)
            .execute(connection)?;
        count += i64::try_from(rows).unwrap_or(i64::MAX);
    }
    Ok(count)
}

/// Deliveries that told of the person's accounts and of what they were paid.
pub fn bodies_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    person: Person,
) -> Outcome<BTreeSet<i64>> {
    let query = "SELECT t.delivery_id AS id FROM transfers t WHERE t.board_id = $1
            AND (t.account_id IN {accounts} OR t.occupancy_id IN {occupancies})
        UNION SELECT p.delivery_id FROM suspected_pairs p WHERE p.board_id = $1
            AND p.account_id IN {accounts}
        UNION SELECT s.delivery_id FROM sightings s
            JOIN transfers t ON t.board_id = s.board_id AND t.id = s.transfer_id
            WHERE s.board_id = $1
            AND (t.account_id IN {accounts} OR t.occupancy_id IN {occupancies})";
    let found: Vec<Id> = diesel::sql_query(about(person, query))
        .bind::<BigInt, _>(board_id.0)
        .bind::<BigInt, _>(person.id())
        .load(connection)?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Erases these bodies, and whatever else holds one of the words: a provider may tell several
/// transfers in one. What somebody still has to decide by is left.
pub fn erase_bodies(
    connection: &mut DbConnection,
    board_id: BoardId,
    mut these: BTreeSet<i64>,
    words: &BTreeSet<String>,
    needed: &BTreeSet<i64>,
) -> Outcome<i64> {
    let holds = match connection {
        DbConnection::Sqlite(_) => "instr(body, CAST($2 AS BLOB)) > 0",
        DbConnection::Postgres(_) => "position(convert_to($2, 'UTF8') IN body) > 0",
    };
    let mut count = 0;
    for word in words {
        let query = format!(
            "SELECT id FROM deliveries WHERE board_id = $1 AND body IS NOT NULL AND {holds}"
        );
        let found: Vec<Id> = diesel::sql_query(query)
            .bind::<BigInt, _>(board_id.0)
            .bind::<Text, _>(word)
            .load(connection)?;
        these.extend(found.into_iter().map(|row| row.id));
        let refused = format!("DELETE FROM refused_deliveries WHERE board_id = $1 AND {holds}");
        let rows = diesel::sql_query(refused)
            .bind::<BigInt, _>(board_id.0)
            .bind::<Text, _>(word)
            .execute(connection)?;
        count += i64::try_from(rows).unwrap_or(i64::MAX);
    }
    let these: Vec<i64> = these.difference(needed).copied().collect();
    for some in these.chunks(500) {
        let bodies = deliveries::table
            .filter(deliveries::board_id.eq(board_id.0))
            .filter(deliveries::body.is_not_null())
            .filter(deliveries::id.eq_any(some));
        let rows =
            diesel::update(bodies).set(deliveries::body.eq(None::<Vec<u8>>)).execute(connection)?;
        count += i64::try_from(rows).unwrap_or(i64::MAX);
    }
    Ok(count)
}
