//! Writing over what names a person, table by table.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::about;
use crate::db::schema::{occupancies, stalls};
use crate::db::{DbConnection, Outcome};
use crate::persons::{ERASED, Person};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, StallId, VendorId};

/// Of the vendor and the stalls that they held.
const OF_VENDOR: [&str; 15] = [
    "UPDATE vendors SET name = {erased}, phone = NULL, neighbourhood_id = NULL
     WHERE board_id = $1 AND id = $2",
    "UPDATE consents SET given_by = {erased}, wording = NULL,
        withdrawn_at_ms = COALESCE(withdrawn_at_ms, {now})
     WHERE board_id = $1 AND vendor_id = $2",
    "DELETE FROM books WHERE board_id = $1 AND occupancy_id IN {occupancies}",
    "DELETE FROM cash_answers WHERE board_id = $1 AND occupancy_id IN {occupancies}",
    "UPDATE visit_reports SET note = NULL WHERE board_id = $1 AND note IS NOT NULL
        AND visit_id IN (SELECT id FROM visits WHERE board_id = $1
            AND occupancy_id IN {occupancies})",
    "DELETE FROM code_check_places WHERE board_id = $1 AND check_id IN
        (SELECT id FROM code_checks WHERE board_id = $1 AND occupancy_id IN {occupancies})",
    "UPDATE code_check_symbols SET payload = {erased} WHERE board_id = $1 AND check_id IN
        (SELECT id FROM code_checks WHERE board_id = $1 AND occupancy_id IN {occupancies})",
    "UPDATE other_codes SET payload = {erased} || CAST(id AS TEXT), holder_name = {erased},
        revoked_at_ms = COALESCE(revoked_at_ms, {now})
     WHERE board_id = $1 AND occupancy_id IN {occupancies}",
    "DELETE FROM stall_link_routes WHERE board_id = $1 AND link_id IN {links}",
    "DELETE FROM listener_routes WHERE board_id = $1 AND listener_id IN
        (SELECT id FROM listeners WHERE board_id = $1 AND link_id IN {links})",
    "DELETE FROM owner_phones WHERE board_id = $1 AND listener_id IN
        (SELECT id FROM listeners WHERE board_id = $1 AND link_id IN {links})",
    "DELETE FROM owner_pins WHERE board_id = $1 AND link_id IN {links}",
    "UPDATE listeners SET name = {erased}, revoked_at_ms = COALESCE(revoked_at_ms, {now})
     WHERE board_id = $1 AND link_id IN {links}",
    "UPDATE stall_links SET name = {erased}, revoked_at_ms = COALESCE(revoked_at_ms, {now})
     WHERE board_id = $1 AND id IN {links}",
    "UPDATE requests SET payload = {erased} WHERE board_id = $1 AND occupancy_id IN {occupancies}",
];

/// Of the accounts; their numbers last, because other statements look for them.
const OF_ACCOUNTS: [&str; 12] = [
    "UPDATE consents SET given_by = {erased}, wording = NULL,
        withdrawn_at_ms = COALESCE(withdrawn_at_ms, {now})
     WHERE board_id = $1 AND account_id IN {accounts}",
    "UPDATE account_verifications SET shown_name = {erased}
     WHERE board_id = $1 AND shown_name IS NOT NULL AND account_id IN {accounts}",
    "UPDATE codes SET payload = {erased} || CAST(id AS TEXT)
     WHERE board_id = $1 AND account_id IN {accounts}",
    "UPDATE requests SET payload = {erased} WHERE board_id = $1 AND account_id IN {accounts}",
    "UPDATE code_check_symbols SET payload = {erased}
     WHERE board_id = $1 AND account_id IN {accounts}",
    "UPDATE unassigned SET memo = NULL, payer_name = NULL WHERE board_id = $1
        AND resolved_at_ms IS NOT NULL AND account_id IN {accounts}",
    "DELETE FROM strays WHERE board_id = $1 AND number IN {numbers}",
    "DELETE FROM poll_cursors WHERE board_id = $1 AND account IN {numbers}",
    "DELETE FROM poll_days WHERE board_id = $1 AND account IN {numbers}",
    "UPDATE feed_accounts SET is_paused = TRUE WHERE board_id = $1 AND account_id IN {accounts}",
    "UPDATE accounts SET holder_name = {erased}, keeps_outgoing = FALSE,
        closed_at_ms = COALESCE(closed_at_ms, {now})
     WHERE board_id = $1 AND id IN {accounts}",
    "UPDATE receiving_numbers SET number = 'X' || CAST(id AS TEXT)
     WHERE board_id = $1 AND account_id IN {accounts}",
];

const LINKS: &str =
    "(SELECT id FROM stall_links WHERE board_id = $1 AND occupancy_id IN {occupancies})";
const NUMBERS: &str = "(SELECT number FROM receiving_numbers
    WHERE board_id = $1 AND account_id IN {accounts})";

/// What is written over or removed is to leave no trace in SQLite's free pages either; those of its log
/// go at the next checkpoint, and PostgreSQL's at the next VACUUM.
pub fn secure(connection: &mut DbConnection) -> Outcome<()> {
    if let DbConnection::Sqlite(inner) = connection {
        inner.batch_execute("PRAGMA secure_delete = ON")?;
    }
    Ok(())
}

/// How many rows were written over or removed.
pub fn erase_rows(
    connection: &mut DbConnection,
    board_id: BoardId,
    person: Person,
    at: UnixMs,
) -> Outcome<i64> {
    let of_vendor = OF_VENDOR.iter().filter(|_| matches!(person, Person::Vendor(_)));
    let mut count = 0;
    for statement in of_vendor.chain(&OF_ACCOUNTS) {
        let statement = statement.replace("{links}", LINKS).replace("{numbers}", NUMBERS);
        let statement = about(person, &statement)
            .replace("{erased}", &format!("'{ERASED}'"))
            .replace("{now}", &at.0.to_string());
        let rows = diesel::sql_query(statement)
            .bind::<BigInt, _>(board_id.0)
            .bind::<BigInt, _>(person.id())
            .execute(connection)?;
        count += i64::try_from(rows).unwrap_or(i64::MAX);
    }
    Ok(count)
}

type StallRow = (i64, i64, i64, i64, String, String, String, bool, String, i32, Option<i32>, i64);

/// Gives each stall that the vendor held a double without a name, closed since the vendor left, and
/// hangs the vendor's time there: sums of section and goods stay, and nobody reads from the place who
/// it was.
pub fn move_to_nameless_stalls(
    connection: &mut DbConnection,
    board_id: BoardId,
    vendor: VendorId,
    new_id: impl Fn() -> i64,
    at: UnixMs,
) -> Outcome<()> {
    let held = occupancies::table
        .filter(occupancies::board_id.eq(board_id.0))
        .filter(occupancies::vendor_id.eq(vendor.0));
    let mut ids: Vec<i64> = held.select(occupancies::stall_id).load(connection)?;
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let stall: StallRow = stalls::table.find((board_id.0, id)).first(connection)?;
        if stall.4.starts_with(ERASED) {
            continue;
        }
        let own = held.filter(occupancies::stall_id.eq(id));
        let last: Option<i32> =
            own.select(diesel::dsl::max(occupancies::to_day)).first(connection)?;
        let double = new_id();
        let code = format!("{ERASED} {}", StallId(double));
        diesel::insert_into(stalls::table)
            .values((
                stalls::board_id.eq(board_id.0),
                stalls::id.eq(double),
                stalls::market_id.eq(stall.2),
                stalls::section_id.eq(stall.3),
                stalls::code.eq(&code),
                stalls::code_key.eq(&code),
                stalls::goods.eq(&stall.6),
                stalls::wholesale.eq(stall.7),
                stalls::size_class.eq(&stall.8),
                stalls::position.eq(stall.9),
                stalls::closed_day.eq(last),
                stalls::created_at_ms.eq(at.0),
            ))
            .execute(connection)?;
        for table in ["code_checks", "occupancies"] {
            let own = if table == "occupancies" { "id" } else { "occupancy_id" };
            let statement = format!(
                "UPDATE {table} SET stall_id = {double} WHERE board_id = $1 AND stall_id = {id}
                 AND {own} IN (SELECT id FROM occupancies WHERE board_id = $1 AND vendor_id = $2)"
            );
            diesel::sql_query(statement)
                .bind::<BigInt, _>(board_id.0)
                .bind::<BigInt, _>(vendor.0)
                .execute(connection)?;
        }
    }
    Ok(())
}
