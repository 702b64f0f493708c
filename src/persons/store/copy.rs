//! Rows of a person as the tables have them, as JSON by the database itself.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::about;
use crate::db::backup;
use crate::db::{DbConnection, Outcome};
use crate::persons::Person;
use crate::primitives::ids::BoardId;

/// Table, and which of its rows are the person's. Those of a vendor first.
const TABLES: [(&str, &str); 31] = [
    ("vendors", "id = $2"),
    ("occupancies", "id IN {occupancies}"),
    ("absences", "occupancy_id IN {occupancies}"),
    (
        "stalls",
        "id IN (SELECT stall_id FROM occupancies WHERE board_id = $1
        AND id IN {occupancies})",
    ),
    ("accounts", "id IN {accounts}"),
    ("receiving_numbers", "account_id IN {accounts}"),
    ("account_links", "occupancy_id IN {occupancies} OR account_id IN {accounts}"),
    ("account_verifications", "account_id IN {accounts}"),
    ("codes", "occupancy_id IN {occupancies} OR account_id IN {accounts}"),
    ("other_codes", "occupancy_id IN {occupancies}"),
    ("code_checks", "occupancy_id IN {occupancies}"),
    ("consents", "vendor_id = $2 OR account_id IN {accounts}"),
    ("feed_accounts", "account_id IN {accounts}"),
    ("requests", "occupancy_id IN {occupancies} OR account_id IN {accounts}"),
    (
        "transfers",
        "occupancy_id IN {occupancies} OR account_id IN {accounts} OR id IN
        (SELECT transfer_id FROM attribution_lines WHERE board_id = $1
            AND occupancy_id IN {occupancies})",
    ),
    (
        "attribution_lines",
        "occupancy_id IN {occupancies} OR transfer_id IN
        (SELECT id FROM transfers WHERE board_id = $1 AND (occupancy_id IN {occupancies}
            OR account_id IN {accounts}))",
    ),
    (
        "deliveries",
        "id IN (SELECT delivery_id FROM transfers WHERE board_id = $1
        AND (occupancy_id IN {occupancies} OR account_id IN {accounts}))",
    ),
    ("unassigned", "account_id IN {accounts}"),
    ("refunds", "occupancy_id IN {occupancies}"),
    ("class_rules", "occupancy_id IN {occupancies}"),
    ("day_totals", "occupancy_id IN {occupancies} OR account_id IN {accounts}"),
    ("books", "occupancy_id IN {occupancies}"),
    ("cash_answers", "occupancy_id IN {occupancies}"),
    ("cash_counts", "occupancy_id IN {occupancies}"),
    ("tallies", "occupancy_id IN {occupancies}"),
    ("visits", "occupancy_id IN {occupancies}"),
    (
        "visit_reports",
        "visit_id IN (SELECT id FROM visits WHERE board_id = $1
        AND occupancy_id IN {occupancies})",
    ),
    ("stall_links", "occupancy_id IN {occupancies}"),
    (
        "listeners",
        "link_id IN (SELECT id FROM stall_links WHERE board_id = $1
        AND occupancy_id IN {occupancies})",
    ),
    ("statements", "account_id IN {accounts}"),
    ("link_changes", "account_id IN {accounts}"),
];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What a vendor alone sees, whatever a key may.
const VENDORS_OWN: [&str; 2] = ["books", "cash_answers"];

/// Each table with the person's rows; tables without any are left out, and what a vendor alone sees where
/// it is not to be in it.
pub fn copy(
    connection: &mut DbConnection,
    board_id: BoardId,
    person: Person,
    with_own: bool,
) -> Outcome<Vec<(&'static str, Vec<String>)>> {
    let mut all = Vec::new();
    let objects = backup::objects(connection)?;
    for (table, condition) in TABLES {
        if !with_own && VENDORS_OWN.contains(&table) {
            continue;
        }
        let Some(object) = objects.get(table) else { continue };
        let query = about(
            person,
            &format!(
                "SELECT {object} AS line FROM {table} WHERE board_id = $1 AND ({condition})
                 AND $2 = $2 ORDER BY 1"
            ),
        );
        let rows: Vec<Line> = diesel::sql_query(query)
            .bind::<BigInt, _>(board_id.0)
            .bind::<BigInt, _>(person.id())
            .load(connection)?;
        if !rows.is_empty() {
            all.push((table, rows.into_iter().map(|row| row.line).collect()));
        }
    }
    Ok(all)
}
