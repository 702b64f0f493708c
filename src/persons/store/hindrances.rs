//! What has to be ended or settled before somebody can be erased.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::about;
use crate::db::{DbConnection, Outcome};
use crate::persons::Person;
use crate::primitives::ids::BoardId;
use crate::primitives::{Day, UnixMs};

/// The refusal's code, and what is counted for it. `{today}` and `{now}` are numbers.
const HINDRANCES: [(&str, &str); 6] = [
    (
        "person-still-trades",
        "SELECT COUNT(*) AS count FROM occupancies WHERE board_id = $1
         AND id IN {occupancies} AND (to_day IS NULL OR to_day > {today})",
    ),
    (
        "account-still-serves",
        "SELECT COUNT(*) AS count FROM account_links l
         JOIN occupancies o ON o.board_id = l.board_id AND o.id = l.occupancy_id
         WHERE l.board_id = $1 AND l.account_id IN {accounts}
         AND (l.to_day IS NULL OR l.to_day > {today}) AND (o.to_day IS NULL OR o.to_day > {today})",
    ),
    (
        "account-still-heard",
        "SELECT COUNT(*) AS count FROM feed_accounts WHERE board_id = $1
         AND account_id IN {accounts} AND (to_day IS NULL OR to_day > {today})",
    ),
    (
        "person-request-open",
        "SELECT COUNT(*) AS count FROM requests WHERE board_id = $1
         AND (occupancy_id IN {occupancies} OR account_id IN {accounts})
         AND cancelled_at_ms IS NULL AND expires_at_ms > {now}",
    ),
    (
        "person-money-waits",
        "SELECT COUNT(*) AS count FROM transfers t WHERE t.board_id = $1
         AND (t.account_id IN {accounts} OR t.occupancy_id IN {occupancies})
         AND (EXISTS (SELECT 1 FROM unassigned u WHERE u.board_id = t.board_id
                AND u.transfer_id = t.id AND u.resolved_at_ms IS NULL)
           OR EXISTS (SELECT 1 FROM suspected_pairs p WHERE p.board_id = t.board_id
                AND p.transfer_id = t.id AND p.verdict IS NULL AND p.is_certain = FALSE)
           OR EXISTS (SELECT 1 FROM sightings s JOIN sighting_conflicts c
                ON c.board_id = s.board_id AND c.namespace = s.namespace
                AND c.provider_id = s.provider_id
                WHERE s.board_id = t.board_id AND s.transfer_id = t.id AND c.verdict IS NULL))",
    ),
    (
        "person-statement-waits",
        "SELECT COUNT(*) AS count FROM statements s WHERE s.board_id = $1
         AND s.account_id IN {accounts} AND EXISTS (SELECT 1 FROM statement_parts p
            WHERE p.board_id = s.board_id AND p.statement_id = s.id)",
    ),
];

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Each hindrance with how many there are of it.
pub fn hindrances(
    connection: &mut DbConnection,
    board_id: BoardId,
    person: Person,
    today: Day,
    now: UnixMs,
) -> Outcome<Vec<(&'static str, i64)>> {
    let mut found = Vec::with_capacity(HINDRANCES.len());
    for (code, query) in HINDRANCES {
        let query = about(person, query)
            .replace("{today}", &today.get().to_string())
            .replace("{now}", &now.0.to_string());
        let counted: Count = diesel::sql_query(query)
            .bind::<BigInt, _>(board_id.0)
            .bind::<BigInt, _>(person.id())
            .get_result(connection)?;
        found.push((code, counted.count));
    }
    Ok(found)
}
