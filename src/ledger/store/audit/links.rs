//! What rows of the hot tables name must be there: they have no foreign keys, for which each batch
//! would pay.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::Mismatch;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::BoardId;

/// Table, column and the table whose `id` it names; 0 and NULL name nothing.
const NAMED: [(&str, &str, &str); 40] = [
    ("transfers", "account_id", "accounts"),
    ("transfers", "feed_id", "feeds"),
    ("transfers", "delivery_id", "deliveries"),
    ("transfers", "occupancy_id", "occupancies"),
    ("transfers", "code_id", "codes"),
    ("transfers", "request_id", "requests"),
    ("attribution_lines", "transfer_id", "transfers"),
    ("attribution_lines", "occupancy_id", "occupancies"),
    ("attribution_lines", "code_id", "codes"),
    ("attribution_lines", "request_id", "requests"),
    ("surplus_words", "transfer_id", "transfers"),
    ("surplus_words", "request_id", "requests"),
    ("sightings", "transfer_id", "transfers"),
    ("sightings", "delivery_id", "deliveries"),
    ("sightings", "feed_id", "feeds"),
    ("sighting_conflicts", "delivery_id", "deliveries"),
    ("sighting_conflicts", "first_delivery_id", "deliveries"),
    ("sighting_conflicts", "first_transfer_id", "transfers"),
    ("sighting_conflicts", "own_transfer_id", "transfers"),
    ("assignment_proposals", "transfer_id", "transfers"),
    ("mark_reviews", "transfer_id", "transfers"),
    ("refunds", "original_id", "transfers"),
    ("refunds", "outgoing_id", "transfers"),
    ("refunds", "declared_id", "transfers"),
    ("refunds", "occupancy_id", "occupancies"),
    ("strays", "transfer_id", "transfers"),
    ("statement_days", "statement_id", "statements"),
    ("statement_days", "account_id", "accounts"),
    ("unassigned", "transfer_id", "transfers"),
    ("unassigned", "proposed_request_id", "requests"),
    ("suspected_pairs", "transfer_id", "transfers"),
    ("suspected_pairs", "own_transfer_id", "transfers"),
    ("suspected_pairs", "delivery_id", "deliveries"),
    ("transfer_index", "transfer_id", "transfers"),
    ("deliveries", "feed_id", "feeds"),
    ("delivery_replays", "became_id", "deliveries"),
    ("delivery_dismissals", "delivery_id", "deliveries"),
    ("listed_deliveries", "delivery_id", "deliveries"),
    ("day_totals", "occupancy_id", "occupancies"),
    ("day_totals", "account_id", "accounts"),
];

#[derive(QueryableByName)]
struct Loose {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Rows that name what is not there, transfers that no sighting tells of, no refund declares and no
/// contradiction has set aside, and contradictions of no sighting.
pub fn loose(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let mut found = Vec::new();
    for (table, column, target) in NAMED {
        // No index leads from most columns to their rows: the two sets are compared.
        let query = format!(
            "SELECT CAST(named AS TEXT) AS name FROM (
               SELECT {column} AS named FROM {table}
               WHERE board_id = $1 AND {column} IS NOT NULL AND {column} <> 0
               EXCEPT SELECT id FROM {target} WHERE board_id = $1) loose"
        );
        let what = format!("{target} of {table}.{column}");
        found.extend(missing(connection, board_id, &query, &what)?);
    }
    let untold = "SELECT CAST(id AS TEXT) AS name FROM (
        SELECT id FROM transfers WHERE board_id = $1 AND evidence <> 'declared'
        EXCEPT SELECT transfer_id FROM sightings WHERE board_id = $1
        EXCEPT SELECT first_transfer_id FROM sighting_conflicts WHERE board_id = $1) lone";
    found.extend(missing(connection, board_id, untold, "sightings of transfers.id")?);
    let declared = "SELECT CAST(id AS TEXT) AS name FROM (
        SELECT id FROM transfers WHERE board_id = $1 AND evidence = 'declared'
        EXCEPT SELECT outgoing_id FROM refunds WHERE board_id = $1
        EXCEPT SELECT declared_id FROM refunds WHERE board_id = $1) lone";
    found.extend(missing(connection, board_id, declared, "refunds of transfers.id")?);
    let contradicted = "SELECT c.namespace || ' ' || c.provider_id AS name
        FROM sighting_conflicts c WHERE c.board_id = $1 AND NOT EXISTS (
          SELECT 1 FROM sightings s WHERE s.board_id = c.board_id
            AND s.namespace = c.namespace AND s.provider_id = c.provider_id)";
    found.extend(missing(connection, board_id, contradicted, "sightings of sighting_conflicts")?);
    Ok(found)
}

fn missing(
    connection: &mut DbConnection,
    board_id: BoardId,
    query: &str,
    what: &str,
) -> Outcome<Vec<Mismatch>> {
    let rows: Vec<Loose> =
        diesel::sql_query(query).bind::<BigInt, _>(board_id.0).load(connection)?;
    let mismatch =
        |row: Loose| Mismatch::new(format!("{what} {}", row.name), None, Some("a row".to_owned()));
    Ok(rows.into_iter().map(mismatch).collect())
}
