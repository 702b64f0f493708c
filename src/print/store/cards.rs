//! The stalls of a market, and the codes that may be printed for them.

use std::collections::HashMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::db::schema::{
    account_links as links, account_verifications as verifications, accounts, codes, occupancies,
    other_codes, receiving_numbers as numbers, sections, stalls, vendors,
};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, BoardId, CodeId, MarketId, SectionId, StallId};
use crate::primitives::{Day, UnixMs};
use crate::registry::accounts::AccountKind;
use crate::registry::codes::CodeSource;
use crate::registry::verifications::Method;

/// Whose cards.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    Stall(StallId),
    Section(SectionId),
    Market(MarketId),
}

/// A stall that is not closed, with its place on the way through the market.
#[derive(Clone, Debug, Queryable)]
pub struct StallRow {
    pub id: StallId,
    pub code: String,
    pub position: i32,
    pub section_id: SectionId,
    pub section: String,
    pub section_position: i32,
}

/// A live code, with its vendor and what it pays.
#[derive(Clone, Debug, Queryable)]
pub struct CodeRow {
    pub stall_id: StallId,
    pub id: CodeId,
    pub source: CodeSource,
    pub payload: String,
    pub check_code: String,
    issued_at_ms: i64,
    from_day: i32,
    pub vendor: String,
    pub bin: String,
    pub number: String,
    pub holder_name: String,
    pub account_id: AccountId,
    pub kind: AccountKind,
}

impl CodeRow {
    pub const fn issued_at(&self) -> UnixMs {
        UnixMs(self.issued_at_ms)
    }

    pub const fn since(&self) -> Day {
        Day(self.from_day)
    }
}

pub fn stalls(
    connection: &mut DbConnection,
    board_id: BoardId,
    of: Of,
    on: Day,
) -> Outcome<Vec<StallRow>> {
    let mut query =
        stalls::table
            .inner_join(sections::table.on(
                sections::board_id.eq(stalls::board_id).and(sections::id.eq(stalls::section_id)),
            ))
            .filter(stalls::board_id.eq(board_id))
            .filter(stalls::closed_day.is_null().or(stalls::closed_day.gt(on.0)))
            .select((
                stalls::id,
                stalls::code,
                stalls::position,
                sections::id,
                sections::name,
                sections::position,
            ))
            .into_boxed();
    query = match of {
        Of::Stall(id) => query.filter(stalls::id.eq(id)),
        Of::Section(id) => query.filter(stalls::section_id.eq(id)),
        Of::Market(id) => query.filter(stalls::market_id.eq(id)),
    };
    Ok(query.load(connection)?)
}

/// Codes that are not revoked, whose vendor holds the stall on a day or will; the newest first.
/// `is_served`: those whose account receives the stall's money then, or will; else those whose account
/// has ceased to.
pub fn codes(
    connection: &mut DbConnection,
    board_id: BoardId,
    of: Of,
    on: Day,
    is_served: bool,
) -> Outcome<Vec<CodeRow>> {
    let served = exists(
        links::table
            .filter(links::board_id.eq(codes::board_id))
            .filter(links::occupancy_id.eq(codes::occupancy_id))
            .filter(links::account_id.eq(codes::account_id))
            .filter(links::to_day.is_null().or(links::to_day.ge(on.0))),
    );
    let mut query = codes::table
        .inner_join(occupancies::table.on(
            occupancies::board_id.eq(codes::board_id).and(occupancies::id.eq(codes::occupancy_id)),
        ))
        .inner_join(
            stalls::table
                .on(stalls::board_id.eq(codes::board_id).and(stalls::id.eq(occupancies::stall_id))),
        )
        .inner_join(
            vendors::table.on(vendors::board_id
                .eq(codes::board_id)
                .and(vendors::id.eq(occupancies::vendor_id))),
        )
        .inner_join(
            numbers::table
                .on(numbers::board_id.eq(codes::board_id).and(numbers::id.eq(codes::number_id))),
        )
        .inner_join(
            accounts::table
                .on(accounts::board_id.eq(codes::board_id).and(accounts::id.eq(codes::account_id))),
        )
        .filter(codes::board_id.eq(board_id))
        .filter(codes::revoked_at_ms.is_null())
        .filter(occupancies::to_day.is_null().or(occupancies::to_day.ge(on.0)))
        .select((
            stalls::id,
            codes::id,
            codes::source,
            codes::payload,
            codes::check_code,
            codes::issued_at_ms,
            occupancies::from_day,
            vendors::name,
            numbers::bin,
            numbers::number,
            accounts::holder_name,
            accounts::id,
            accounts::kind,
        ))
        .order(codes::id.desc())
        .into_boxed();
    query = if is_served { query.filter(served) } else { query.filter(not(served)) };
    query = match of {
        Of::Stall(id) => query.filter(stalls::id.eq(id)),
        Of::Section(id) => query.filter(stalls::section_id.eq(id)),
        Of::Market(id) => query.filter(stalls::market_id.eq(id)),
    };
    Ok(query.load(connection)?)
}

/// What bank apps showed last as the holders of accounts, where anybody has looked.
pub fn shown_names(
    connection: &mut DbConnection,
    board_id: BoardId,
    of: &[AccountId],
) -> Outcome<HashMap<AccountId, String>> {
    let shown: Vec<(AccountId, Option<String>)> = verifications::table
        .filter(verifications::board_id.eq(board_id))
        .filter(verifications::method.eq(Method::NameShown))
        .filter(verifications::account_id.eq_any(of))
        .order(verifications::id)
        .select((verifications::account_id, verifications::shown_name))
        .load(connection)?;
    // The later one counts.
    Ok(shown.into_iter().filter_map(|(id, name)| Some((id, name?))).collect())
}

/// Who holds stalls on a day or will, with their first days: (stall, from, name).
pub fn vendors(
    connection: &mut DbConnection,
    board_id: BoardId,
    of: Of,
    on: Day,
) -> Outcome<Vec<(StallId, i32, String)>> {
    let mut query = occupancies::table
        .inner_join(stalls::table.on(
            stalls::board_id.eq(occupancies::board_id).and(stalls::id.eq(occupancies::stall_id)),
        ))
        .inner_join(vendors::table.on(
            vendors::board_id.eq(occupancies::board_id).and(vendors::id.eq(occupancies::vendor_id)),
        ))
        .filter(occupancies::board_id.eq(board_id))
        .filter(occupancies::to_day.is_null().or(occupancies::to_day.ge(on.0)))
        .select((stalls::id, occupancies::from_day, vendors::name))
        .order(occupancies::from_day)
        .into_boxed();
    query = match of {
        Of::Stall(id) => query.filter(stalls::id.eq(id)),
        Of::Section(id) => query.filter(stalls::section_id.eq(id)),
        Of::Market(id) => query.filter(stalls::market_id.eq(id)),
    };
    Ok(query.load(connection)?)
}

/// Stalls whose vendor, now or to come, has a code of another scheme that is not revoked.
pub fn with_other_codes(
    connection: &mut DbConnection,
    board_id: BoardId,
    of: Of,
    on: Day,
) -> Outcome<Vec<StallId>> {
    let mut query = other_codes::table
        .inner_join(
            occupancies::table.on(occupancies::board_id
                .eq(other_codes::board_id)
                .and(occupancies::id.eq(other_codes::occupancy_id))),
        )
        .inner_join(stalls::table.on(
            stalls::board_id.eq(other_codes::board_id).and(stalls::id.eq(occupancies::stall_id)),
        ))
        .filter(other_codes::board_id.eq(board_id))
        .filter(other_codes::revoked_at_ms.is_null())
        .filter(occupancies::to_day.is_null().or(occupancies::to_day.ge(on.0)))
        .select(stalls::id)
        .into_boxed();
    query = match of {
        Of::Stall(id) => query.filter(stalls::id.eq(id)),
        Of::Section(id) => query.filter(stalls::section_id.eq(id)),
        Of::Market(id) => query.filter(stalls::market_id.eq(id)),
    };
    Ok(query.load(connection)?)
}
