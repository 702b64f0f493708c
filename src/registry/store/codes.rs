//! Rows of `codes`, each with the number and holder that it pays. A code ends with its vendor at the
//! stall, and with the last link of its account to that vendor there: neither day is copied into it.

use std::collections::HashMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::accounts::bank_name;
use crate::db::schema::codes::{self as table, table as rows};
use crate::db::schema::{
    account_links as links, accounts, boards, occupancies, receiving_numbers as numbers,
};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, BoardId, CodeId, NumberId, OccupancyId};
use crate::primitives::{Day, UnixMs};
use crate::registry::PageRequest;
use crate::registry::codes::{Code, CodeFilter, CodeSource};
use crate::vietqr::Reference;

type Row = (
    (CodeId, OccupancyId, AccountId, NumberId, CodeSource, Option<String>, String, String),
    (i64, Option<i64>, Option<String>, Option<CodeId>),
    (String, String, String),
    // The last day of the occupancy, and when the board's days begin.
    (Option<i32>, i32),
);

/// Codes joined with what they pay: a macro, because the join's type has no short name.
macro_rules! with_payee {
    ($board_id:expr) => {
        rows.inner_join(
            accounts::table
                .on(accounts::board_id.eq(table::board_id).and(accounts::id.eq(table::account_id))),
        )
        .inner_join(
            numbers::table
                .on(numbers::board_id.eq(table::board_id).and(numbers::id.eq(table::number_id))),
        )
        .inner_join(occupancies::table.on(
            occupancies::board_id.eq(table::board_id).and(occupancies::id.eq(table::occupancy_id)),
        ))
        .inner_join(boards::table.on(boards::board_id.eq(table::board_id)))
        .filter(table::board_id.eq($board_id))
        .select((
            (
                table::id,
                table::occupancy_id,
                table::account_id,
                table::number_id,
                table::source,
                table::reference,
                table::payload,
                table::check_code,
            ),
            (
                table::issued_at_ms,
                table::revoked_at_ms,
                table::revoked_because,
                table::replaces_code_id,
            ),
            (numbers::bin, numbers::number, accounts::holder_name),
            (occupancies::to_day, boards::day_start_minute),
        ))
    };
}

/// When a code ended, and why.
type End = (UnixMs, String);

/// Codes as they stand at an instant. With its vendor's last day at the stall, or its account's last
/// day for that vendor, a code is revoked, also where that day was set later; if the day turns out to
/// be wrong, it is valid again.
fn codes(
    connection: &mut DbConnection,
    board_id: BoardId,
    found: Vec<Row>,
    at: UnixMs,
) -> Outcome<Vec<Code>> {
    let mut occupancies: Vec<OccupancyId> = found.iter().map(|row| row.0.1).collect();
    occupancies.dedup();
    let linked: Vec<(OccupancyId, AccountId, Option<i32>)> = links::table
        .filter(links::board_id.eq(board_id))
        .filter(links::occupancy_id.eq_any(&occupancies))
        .select((links::occupancy_id, links::account_id, links::to_day))
        .load(connection)?;
    let mut served: HashMap<(OccupancyId, AccountId), i32> = HashMap::new();
    for (occupancy_id, account_id, to_day) in linked {
        let last = served.entry((occupancy_id, account_id)).or_insert(i32::MIN);
        *last = (*last).max(to_day.unwrap_or(i32::MAX));
    }
    let code = |row: Row| {
        let last = served.get(&(row.0.1, row.0.2)).copied().filter(|last| *last < i32::MAX);
        let (to_day, day_start) = row.3;
        let ended = |last: Day, why: &str| -> End {
            (last.plus(1).start(day_start), format!("{why}, ngày cuối là {last}"))
        };
        let left = to_day.map(|last| ended(Day(last), "Người bán đã thôi bán"));
        let unlinked = last.map(|last| ended(Day(last), "Tài khoản đã thôi nhận tiền cho sạp"));
        code(row, left.into_iter().chain(unlinked).filter(|(ended_at, _)| *ended_at <= at))
    };
    Ok(found.into_iter().map(code).collect())
}

fn code((of, dates, (bin, number, holder_name), _): Row, ended: impl Iterator<Item = End>) -> Code {
    let (id, occupancy_id, account_id, number_id, source, reference, payload, check_code) = of;
    let (issued_at_ms, revoked_at_ms, revoked_because, replaces_code_id) = dates;
    let revoked = revoked_at_ms.map(|at| (UnixMs(at), revoked_because.unwrap_or_default()));
    let end = revoked.into_iter().chain(ended).min_by_key(|(at, _)| *at);
    Code {
        id,
        occupancy_id,
        account_id,
        number_id,
        source,
        reference: reference.as_deref().and_then(Reference::parse),
        payload,
        check_code,
        issued_at: UnixMs(issued_at_ms),
        revoked_at: end.as_ref().map(|(at, _)| *at),
        revoked_because: end.map(|(_, why)| why),
        replaces_code_id,
        bank: bank_name(&bin),
        bin,
        number,
        holder_name,
    }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: CodeId,
    at: UnixMs,
) -> Outcome<Option<Code>> {
    let query = with_payee!(board_id).filter(table::id.eq(id));
    let found: Option<Row> = query.first(connection).optional()?;
    Ok(codes(connection, board_id, found.into_iter().collect(), at)?.pop())
}

/// Whether the account of a code still serves its vendor on a day, or will: a macro, because the
/// query's type has no short name.
macro_rules! is_served {
    ($day:expr) => {
        exists(
            links::table
                .filter(links::board_id.eq(table::board_id))
                .filter(links::occupancy_id.eq(table::occupancy_id))
                .filter(links::account_id.eq(table::account_id))
                .filter(links::to_day.is_null().or(links::to_day.ge($day.0))),
        )
    };
}

/// Codes that are not revoked, whose vendor holds the stall on a day and is paid on its account, or
/// will: a macro, because the join's type has no short name.
macro_rules! live {
    ($board_id:expr, $day:expr) => {
        rows.inner_join(occupancies::table.on(
            occupancies::board_id.eq(table::board_id).and(occupancies::id.eq(table::occupancy_id)),
        ))
        .filter(table::board_id.eq($board_id))
        .filter(table::revoked_at_ms.is_null())
        .filter(occupancies::to_day.is_null().or(occupancies::to_day.ge($day.0)))
        .filter(is_served!($day))
        .select(table::id)
    };
}

/// A live code that has this very payload.
pub fn live_with_payload(
    connection: &mut DbConnection,
    board_id: BoardId,
    payload: &str,
    day: Day,
) -> Outcome<Option<CodeId>> {
    let query = live!(board_id, day).filter(table::payload.eq(payload));
    Ok(query.first(connection).optional()?)
}

/// The last code that had this very payload, revoked or not.
pub fn latest_with_payload(
    connection: &mut DbConnection,
    board_id: BoardId,
    payload: &str,
) -> Outcome<Option<CodeId>> {
    let query = rows.filter(table::board_id.eq(board_id)).filter(table::payload.eq(payload));
    Ok(query.order(table::id.desc()).select(table::id).first(connection).optional()?)
}

/// The codes of an occupancy that are live at an instant.
pub fn live_of_occupancy(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    at: UnixMs,
) -> Outcome<Vec<Code>> {
    let query = with_payee!(board_id)
        .filter(table::occupancy_id.eq(occupancy_id))
        .filter(table::revoked_at_ms.is_null())
        .order(table::id);
    let found: Vec<Row> = query.load(connection)?;
    let all = codes(connection, board_id, found, at)?;
    Ok(all.into_iter().filter(|code| code.revoked_at.is_none()).collect())
}

/// The code that was issued with a reference, revoked or not.
pub fn with_reference(
    connection: &mut DbConnection,
    board_id: BoardId,
    reference: Reference,
) -> Outcome<Option<CodeId>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::reference.eq(reference.to_string()));
    Ok(query.select(table::id).first(connection).optional()?)
}

pub fn live_of_account(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    day: Day,
) -> Outcome<Option<CodeId>> {
    let query = live!(board_id, day).filter(table::account_id.eq(account_id));
    Ok(query.first(connection).optional()?)
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &CodeFilter,
    page: PageRequest,
    (at, today): (UnixMs, Day),
) -> Outcome<Vec<Code>> {
    let mut query = with_payee!(board_id).into_boxed();
    if let Some(occupancy_id) = filter.occupancy_id {
        query = query.filter(table::occupancy_id.eq(occupancy_id));
    }
    if let Some(account_id) = filter.account_id {
        query = query.filter(table::account_id.eq(account_id));
    }
    if let Some(check_code) = &filter.check_code {
        query = query.filter(table::check_code.eq(check_code));
    }
    match filter.live {
        Some(true) => {
            let holds = occupancies::to_day.is_null().or(occupancies::to_day.ge(today.0));
            query = query.filter(table::revoked_at_ms.is_null()).filter(holds);
            query = query.filter(is_served!(today));
        }
        Some(false) => {
            let left = occupancies::to_day.lt(today.0).assume_not_null();
            let left = occupancies::to_day.is_not_null().and(left);
            let is_over = table::revoked_at_ms.is_not_null().or(left);
            query = query.filter(is_over.or(not(is_served!(today))));
        }
        None => {}
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    let found: Vec<Row> = query.load(connection)?;
    codes(connection, board_id, found, at)
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, code: &Code) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(code.id),
            table::occupancy_id.eq(code.occupancy_id),
            table::account_id.eq(code.account_id),
            table::number_id.eq(code.number_id),
            table::source.eq(code.source),
            table::reference.eq(code.reference.map(|reference| reference.to_string())),
            table::payload.eq(&code.payload),
            table::check_code.eq(&code.check_code),
            table::issued_at_ms.eq(code.issued_at.0),
            table::revoked_at_ms.eq(code.revoked_at.map(UnixMs::get)),
            table::revoked_because.eq(&code.revoked_because),
            table::replaces_code_id.eq(code.replaces_code_id),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update_revocation(
    connection: &mut DbConnection,
    board_id: BoardId,
    code: &Code,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, code.id)))
        .set((
            table::revoked_at_ms.eq(code.revoked_at.map(UnixMs::get)),
            table::revoked_because.eq(&code.revoked_because),
        ))
        .execute(connection)?;
    Ok(())
}
