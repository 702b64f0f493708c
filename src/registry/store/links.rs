//! Rows of `account_links`.

use diesel::prelude::*;

use crate::db::schema::account_links::{self as table, table as rows};
use crate::db::schema::{occupancies, stalls};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::{AccountId, BoardId, LinkId, OccupancyId};
use crate::registry::links::{AccountLink, AccountLinkFilter};
use crate::registry::{PageRequest, Period};

type Row = (BoardId, LinkId, OccupancyId, AccountId, i32, Option<i32>);

fn link((_, id, occupancy_id, account_id, from, to): Row) -> AccountLink {
    AccountLink { id, occupancy_id, account_id, from_day: Day(from), to_day: to.map(Day) }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: LinkId,
) -> Outcome<Option<AccountLink>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(link))
}

/// Another link of the same two that has a day in common with the period.
pub fn overlapping(
    connection: &mut DbConnection,
    board_id: BoardId,
    link: &AccountLink,
    period: Period,
) -> Outcome<Option<LinkId>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::account_id.eq(link.account_id))
        .filter(table::occupancy_id.eq(link.occupancy_id))
        .filter(table::from_day.le(period.to.map_or(i32::MAX, Day::get)))
        .filter(table::to_day.is_null().or(table::to_day.ge(period.from.0)))
        .filter(table::id.ne(link.id));
    Ok(query.select(table::id).first(connection).optional()?)
}

/// The accounts that an occupancy is paid to on a day.
pub fn accounts_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    day: Day,
) -> Outcome<Vec<AccountId>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::occupancy_id.eq(occupancy_id))
        .filter(table::from_day.le(day.0))
        .filter(table::to_day.is_null().or(table::to_day.ge(day.0)));
    Ok(query.order(table::id).select(table::account_id).load(connection)?)
}

/// How many occupancies an account serves on a day or will serve later.
pub fn served_from(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    day: Day,
) -> Outcome<usize> {
    let with_occupancy = rows.inner_join(occupancies::table.on(
        occupancies::board_id.eq(table::board_id).and(occupancies::id.eq(table::occupancy_id)),
    ));
    let query = with_occupancy
        .filter(table::board_id.eq(board_id))
        .filter(table::account_id.eq(account_id))
        .filter(table::to_day.is_null().or(table::to_day.ge(day.0)))
        .filter(occupancies::to_day.is_null().or(occupancies::to_day.ge(day.0)));
    let served: Vec<OccupancyId> = query.select(table::occupancy_id).distinct().load(connection)?;
    Ok(served.len())
}

/// What is painted on the stalls that an account serves on a day or will serve later, each once.
pub fn stalls_served(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    day: Day,
) -> Outcome<Vec<String>> {
    let query = rows
        .inner_join(occupancies::table.on(
            occupancies::board_id.eq(table::board_id).and(occupancies::id.eq(table::occupancy_id)),
        ))
        .inner_join(
            stalls::table
                .on(stalls::board_id.eq(table::board_id).and(stalls::id.eq(occupancies::stall_id))),
        )
        .filter(table::board_id.eq(board_id))
        .filter(table::account_id.eq(account_id))
        .filter(table::to_day.is_null().or(table::to_day.ge(day.0)))
        .filter(occupancies::to_day.is_null().or(occupancies::to_day.ge(day.0)));
    Ok(query.select(stalls::code).distinct().order(stalls::code).load(connection)?)
}

/// The accounts that an occupancy is paid to, with the days of each link that are also the
/// occupancy's.
pub fn periods(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
) -> Outcome<Vec<(AccountId, Period)>> {
    type Row = (AccountId, (i32, Option<i32>), (i32, Option<i32>));
    let linked: Vec<Row> = rows
        .inner_join(occupancies::table.on(
            occupancies::board_id.eq(table::board_id).and(occupancies::id.eq(table::occupancy_id)),
        ))
        .filter(table::board_id.eq(board_id))
        .filter(table::occupancy_id.eq(occupancy_id))
        .select((
            table::account_id,
            (table::from_day, table::to_day),
            (occupancies::from_day, occupancies::to_day),
        ))
        .load(connection)?;
    let period = |(from, to): (i32, Option<i32>)| Period { from: Day(from), to: to.map(Day) };
    let both = |(id, link, occupancy): Row| Some((id, period(link).both(period(occupancy))?));
    Ok(linked.into_iter().filter_map(both).collect())
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &AccountLinkFilter,
    page: PageRequest,
) -> Outcome<Vec<AccountLink>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(occupancy_id) = filter.occupancy_id {
        query = query.filter(table::occupancy_id.eq(occupancy_id));
    }
    if let Some(account_id) = filter.account_id {
        query = query.filter(table::account_id.eq(account_id));
    }
    if let Some(day) = filter.on {
        query = query
            .filter(table::from_day.le(day.0))
            .filter(table::to_day.is_null().or(table::to_day.ge(day.0)));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(link).collect())
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, link: &AccountLink) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(link.id),
            table::occupancy_id.eq(link.occupancy_id),
            table::account_id.eq(link.account_id),
            table::from_day.eq(link.from_day.0),
            table::to_day.eq(link.to_day.map(Day::get)),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    link: &AccountLink,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, link.id)))
        .set((table::from_day.eq(link.from_day.0), table::to_day.eq(link.to_day.map(Day::get))))
        .execute(connection)?;
    Ok(())
}

/// The account's links that hold after a day.
pub fn beyond(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    day: Day,
) -> Outcome<Vec<AccountLink>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::account_id.eq(account_id))
        .filter(table::to_day.is_null().or(table::to_day.gt(day.0)));
    Ok(query.order(table::id).load(connection)?.into_iter().map(link).collect())
}

pub fn remove(connection: &mut DbConnection, board_id: BoardId, id: LinkId) -> Outcome<()> {
    diesel::delete(rows.find((board_id, id))).execute(connection)?;
    Ok(())
}
