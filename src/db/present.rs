//! Whether what an id names is there, for filters of lists.

use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;

use super::{DbConnection, Outcome};
use crate::primitives::id::parse_text;
use crate::primitives::ids::{
    AccountId, BoardId, CodeId, FeedId, MarketId, NeighbourhoodId, OccupancyId, RoundId, SectionId,
    StallId, TeamId, TransferId, VendorId,
};

/// What filters name: the prefix of its ids, its table, and what a refusal calls it.
const NAMED: [(&str, &str, &str); 12] = [
    (AccountId::PREFIX, "accounts", "account"),
    (CodeId::PREFIX, "codes", "code"),
    (FeedId::PREFIX, "feeds", "feed"),
    (MarketId::PREFIX, "markets", "market"),
    (NeighbourhoodId::PREFIX, "neighbourhoods", "neighbourhood"),
    (OccupancyId::PREFIX, "occupancies", "occupancy"),
    (RoundId::PREFIX, "visit_rounds", "visit_round"),
    (SectionId::PREFIX, "sections", "section"),
    (StallId::PREFIX, "stalls", "stall"),
    (TeamId::PREFIX, "teams", "team"),
    (TransferId::PREFIX, "transfers", "transfer"),
    (VendorId::PREFIX, "vendors", "vendor"),
];

/// What `text` is an id of without there being one on the board, as `problem-not-found` calls it.
/// `None` where there is one, and for what is no id of a kind that lists are filtered by.
pub fn absent(
    connection: &mut DbConnection,
    board_id: BoardId,
    text: &str,
) -> Outcome<Option<&'static str>> {
    let named = NAMED
        .iter()
        .find_map(|(prefix, table, what)| Some((parse_text(text, prefix)?, *table, *what)));
    let Some((id, table, what)) = named else { return Ok(None) };
    let query = format!("SELECT id FROM {table} WHERE board_id = $1 AND id = $2");
    let found: Vec<Found> = diesel::sql_query(query)
        .bind::<BigInt, _>(board_id.0)
        .bind::<BigInt, _>(id)
        .load(connection)?;
    Ok((!found.iter().any(|row| row.id == id)).then_some(what))
}

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}
