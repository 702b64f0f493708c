//! What the register says of the stalls that may be visited.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::db::schema::{
    absences, account_links as links, accounts, code_checks as checks, codes, neighbourhoods,
    occupancies, other_codes, sections, stalls, vendors,
};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::{
    AccountId, BoardId, MarketId, NeighbourhoodId, OccupancyId, SectionId, StallId, VendorId,
};
use crate::registry::accounts::{AccountKind, Relation};
use crate::registry::code_checks::CheckResult;
use crate::registry::stalls::SizeClass;

/// An occupied stall.
#[derive(Clone, Debug, Queryable)]
pub struct Place {
    pub occupancy_id: OccupancyId,
    pub stall_id: StallId,
    pub stall_code: String,
    pub goods: String,
    pub size_class: SizeClass,
    pub section_id: SectionId,
    pub section: String,
    pub vendor_id: VendorId,
    pub vendor: String,
    pub neighbourhood_id: Option<NeighbourhoodId>,
    pub neighbourhood: Option<String>,
}

/// An account that an occupancy is paid on.
#[derive(Clone, Debug, Queryable)]
pub struct Holder {
    pub occupancy_id: OccupancyId,
    pub account_id: AccountId,
    from_day: i32,
    pub kind: AccountKind,
    pub holder_name: String,
    pub relation: Relation,
}

impl Holder {
    pub const fn since(&self) -> Day {
        Day(self.from_day)
    }
}

/// Occupancies of a day, in walking order.
pub fn places(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
    on: Day,
) -> Outcome<Vec<Place>> {
    use occupancies as o;
    let at_stall = stalls::board_id.eq(o::board_id).and(stalls::id.eq(o::stall_id));
    let in_section =
        sections::board_id.eq(stalls::board_id).and(sections::id.eq(stalls::section_id));
    let of_vendor = vendors::board_id.eq(o::board_id).and(vendors::id.eq(o::vendor_id));
    let lives = neighbourhoods::board_id
        .eq(vendors::board_id)
        .and(neighbourhoods::id.nullable().eq(vendors::neighbourhood_id));
    Ok(o::table
        .inner_join(stalls::table.on(at_stall))
        .inner_join(sections::table.on(in_section))
        .inner_join(vendors::table.on(of_vendor))
        .left_join(neighbourhoods::table.on(lives))
        .filter(o::board_id.eq(board_id))
        .filter(o::market_id.eq(market_id))
        .filter(o::from_day.le(on.0))
        .filter(o::to_day.is_null().or(o::to_day.ge(on.0)))
        .order((sections::position, sections::name, stalls::position, stalls::code, o::id))
        .select((
            o::id,
            stalls::id,
            stalls::code,
            stalls::goods,
            stalls::size_class,
            stalls::section_id,
            sections::name,
            vendors::id,
            vendors::name,
            vendors::neighbourhood_id,
            neighbourhoods::name.nullable(),
        ))
        .load(connection)?)
}

/// The accounts that are linked on a day.
pub fn holders(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
    on: Day,
) -> Outcome<Vec<Holder>> {
    use occupancies as o;
    Ok(links::table
        .inner_join(o::table.on(o::board_id.eq(links::board_id).and(o::id.eq(links::occupancy_id))))
        .inner_join(
            accounts::table
                .on(accounts::board_id.eq(links::board_id).and(accounts::id.eq(links::account_id))),
        )
        .filter(links::board_id.eq(board_id))
        .filter(o::market_id.eq(market_id))
        .filter(links::from_day.le(on.0))
        .filter(links::to_day.is_null().or(links::to_day.ge(on.0)))
        .select((
            links::occupancy_id,
            links::account_id,
            links::from_day,
            accounts::kind,
            accounts::holder_name,
            accounts::relation,
        ))
        .load(connection)?)
}

/// Occupancies that have on a day a code which is not revoked and whose account serves them, or one of
/// another scheme: that day's too, of which the figures know nothing yet.
pub fn coded(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
    on: Day,
) -> Outcome<Vec<OccupancyId>> {
    use occupancies as o;
    let served = exists(
        links::table
            .filter(links::board_id.eq(codes::board_id))
            .filter(links::occupancy_id.eq(codes::occupancy_id))
            .filter(links::account_id.eq(codes::account_id))
            .filter(links::from_day.le(on.0))
            .filter(links::to_day.is_null().or(links::to_day.ge(on.0))),
    );
    let mut found: Vec<OccupancyId> = codes::table
        .inner_join(o::table.on(o::board_id.eq(codes::board_id).and(o::id.eq(codes::occupancy_id))))
        .filter(codes::board_id.eq(board_id))
        .filter(o::market_id.eq(market_id))
        .filter(codes::revoked_at_ms.is_null())
        .filter(served)
        .select(codes::occupancy_id)
        .distinct()
        .load(connection)?;
    let others = other_codes::table
        .inner_join(
            o::table
                .on(o::board_id.eq(other_codes::board_id).and(o::id.eq(other_codes::occupancy_id))),
        )
        .filter(other_codes::board_id.eq(board_id))
        .filter(o::market_id.eq(market_id))
        .filter(other_codes::revoked_at_ms.is_null())
        .select(other_codes::occupancy_id)
        .distinct();
    found.extend(others.load::<OccupancyId>(connection)?);
    Ok(found)
}

/// (stall, what was found, when), of checks after which nobody has looked again; the last of a stall
/// comes last.
pub fn open_checks(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
) -> Outcome<Vec<(StallId, CheckResult, i64)>> {
    Ok(checks::table
        .filter(checks::board_id.eq(board_id))
        .filter(checks::market_id.eq(market_id))
        .filter(checks::is_open.eq(true))
        .order(checks::id)
        .select((checks::stall_id, checks::result, checks::checked_at_ms))
        .load(connection)?)
}

/// (stall, when), of the last look at the codes of each.
pub fn looks(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
) -> Outcome<Vec<(StallId, i64)>> {
    let none = [CheckResult::NotReadable, CheckResult::Typed];
    Ok(checks::table
        .filter(checks::board_id.eq(board_id))
        .filter(checks::market_id.eq(market_id))
        .filter(checks::result.ne_all(none))
        .group_by(checks::stall_id)
        .select((checks::stall_id, diesel::dsl::max(checks::checked_at_ms).assume_not_null()))
        .load(connection)?)
}

/// Occupancies whose vendors said that they do not trade on a day.
pub fn away(
    connection: &mut DbConnection,
    board_id: BoardId,
    on: Day,
) -> Outcome<Vec<OccupancyId>> {
    Ok(absences::table
        .filter(absences::board_id.eq(board_id))
        .filter(absences::from_day.le(on.0))
        .filter(absences::to_day.is_null().or(absences::to_day.ge(on.0)))
        .select(absences::occupancy_id)
        .load(connection)?)
}
