//! What the registry says of a market's stalls: who trades where, codes, checks, accounts.

use diesel::prelude::*;

use super::sources::{self, FeedAccountRow};
use crate::adoption::days::Span;
use crate::db::schema::{
    absences, account_links, account_verifications, accounts, boards, calendar_rules, code_scans,
    codes, consents, markets, neighbourhoods, occupancies, other_codes, receiving_numbers,
    sections, stalls, teams, vendors,
};
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::ids::{BoardId, MarketId, NeighbourhoodId, SectionId, TeamId};
use crate::primitives::{Day, UnixMs};
use crate::registry::accounts::AccountKind;
use crate::registry::numbers::NumberKind;
use crate::registry::stalls::SizeClass;

#[derive(Clone, Debug, Queryable)]
pub struct CalendarRule {
    pub kind: String,
    pub iso_weekday: Option<i32>,
    pub lunar_day: Option<i32>,
    pub from_day: Option<i32>,
    pub to_day: Option<i32>,
}

#[derive(Clone, Debug, Queryable)]
pub struct SectionRow {
    pub id: i64,
    pub name: String,
}

#[derive(Clone, Debug, Queryable)]
pub struct OccupancyRow {
    pub id: i64,
    pub vendor_id: i64,
    pub from_day: i32,
    pub to_day: Option<i32>,
    pub stall_code: String,
    pub section_id: i64,
    pub wholesale: bool,
    pub closed_day: Option<i32>,
    pub goods: String,
    pub size_class: SizeClass,
    /// Where the vendor lives.
    pub neighbourhood_id: Option<i64>,
}

/// A team, and whose stalls are its.
#[derive(Clone, Debug)]
pub struct TeamRow {
    pub id: TeamId,
    pub name: String,
    pub sections: Vec<i64>,
    pub neighbourhoods: Vec<i64>,
}

#[derive(Clone, Debug, Queryable)]
pub struct AbsenceRow {
    pub occupancy_id: i64,
    pub kind: String,
    pub from_day: i32,
    pub to_day: Option<i32>,
}

#[derive(Clone, Debug, Queryable)]
pub struct CodeRow {
    pub id: i64,
    pub occupancy_id: i64,
    pub account_id: i64,
    pub issued_at_ms: i64,
    pub revoked_at_ms: Option<i64>,
    pub replaces_code_id: Option<i64>,
    /// Of the number that it pays to.
    pub number_kind: NumberKind,
    pub payload: String,
}

/// An account of the board.
#[derive(Clone, Debug, Queryable)]
pub struct AccountRow {
    pub id: i64,
    pub bin: String,
    pub kind: AccountKind,
    /// Its holder lets money out be kept.
    pub keeps_outgoing: bool,
}

/// Of the latest verifications and checks, later rows come later.
#[derive(Clone, Debug, Queryable)]
pub struct VerificationRow {
    pub account_id: i64,
    pub method: String,
    pub passed: bool,
}

#[derive(Clone, Debug, Queryable)]
pub struct LinkRow {
    pub occupancy_id: i64,
    pub account_id: i64,
    pub from_day: i32,
    pub to_day: Option<i32>,
}

impl LinkRow {
    /// The days on which the occupancy is paid on the account.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(Day(self.from_day), Day(self.to_day.unwrap_or(i32::MAX)))
    }
}

/// (name of the market, minute at which the board's days start).
pub fn market(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
) -> Outcome<Option<(String, i32)>> {
    Ok(markets::table
        .inner_join(boards::table.on(boards::board_id.eq(markets::board_id)))
        .filter(markets::board_id.eq(board_id.0))
        .filter(markets::id.eq(market_id.0))
        .select((markets::name, boards::day_start_minute))
        .first(connection)
        .optional()?)
}

/// Ids and names of a board's markets.
pub fn markets(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(MarketId, String)>> {
    let query = markets::table.filter(markets::board_id.eq(board_id.0)).order(markets::id);
    Ok(query.select((markets::id, markets::name)).load(connection)?)
}

/// Everything the registry knows of one market, as a report needs it.
#[derive(Debug)]
pub struct Register {
    pub rules: Vec<CalendarRule>,
    pub sections: Vec<SectionRow>,
    /// In the order of sections, then of stalls.
    pub occupancies: Vec<OccupancyRow>,
    pub absences: Vec<AbsenceRow>,
    pub codes: Vec<CodeRow>,
    /// Codes of other schemes: (occupancy, registered, revoked).
    pub other_codes: Vec<(i64, i64, Option<i64>)>,
    pub links: Vec<LinkRow>,
    pub accounts: Vec<AccountRow>,
    /// Vendors who let their amounts be seen.
    pub sharing_vendors: Vec<i64>,
    /// Of the board: id and name with its kind, `khóm 1`.
    pub neighbourhoods: Vec<(i64, String)>,
    pub teams: Vec<TeamRow>,
    /// Which feeds report which accounts.
    pub feeds: Vec<FeedAccountRow>,
}

impl Register {
    pub fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        market_id: MarketId,
        now: UnixMs,
    ) -> Outcome<Self> {
        let (board, market) = (board_id.0, market_id.0);
        Ok(Self {
            rules: calendar(connection, board, market)?,
            sections: sections::table
                .filter(sections::board_id.eq(board))
                .filter(sections::market_id.eq(market))
                .order((sections::position, sections::name))
                .select((sections::id, sections::name))
                .load(connection)?,
            occupancies: of_occupancies(connection, board, market)?,
            absences: of_absences(connection, board, market)?,
            codes: of_codes(connection, board, market)?,
            other_codes: of_other_codes(connection, board, market)?,
            links: of_links(connection, board, market)?,
            accounts: accounts::table
                .filter(accounts::board_id.eq(board))
                .select((accounts::id, accounts::bin, accounts::kind, accounts::keeps_outgoing))
                .load(connection)?,
            sharing_vendors: sharing_vendors(connection, board_id, now)?,
            neighbourhoods: of_neighbourhoods(connection, board)?,
            teams: of_teams(connection, board)?,
            feeds: sources::feed_accounts(connection, board_id)?,
        })
    }
}

/// What was found out about accounts and codes before an instant.
#[derive(Debug)]
pub struct Checks {
    /// In the order in which they were made.
    pub verifications: Vec<VerificationRow>,
    /// (code, whether it was seen on its stall), in the order of the checks. What was typed, and
    /// photos in which nothing could be read, are not here.
    pub scans: Vec<(i64, bool)>,
}

impl Checks {
    /// As it was at `end`, the end of a window; scans from `scanned_since` on.
    pub fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        end: UnixMs,
        scanned_since: UnixMs,
    ) -> Outcome<Self> {
        use {account_verifications as v, code_scans as s};
        Ok(Self {
            verifications: v::table
                .filter(v::board_id.eq(board_id.0))
                .filter(v::verified_at_ms.lt(end.0))
                .order((v::verified_at_ms, v::id))
                .select((v::account_id, v::method, v::passed))
                .load(connection)?,
            scans: s::table
                .filter(s::board_id.eq(board_id.0))
                .filter(s::checked_at_ms.ge(scanned_since.0))
                .filter(s::checked_at_ms.lt(end.0))
                .order((s::checked_at_ms, s::check_id))
                .select((s::code_id, s::is_right))
                .load(connection)?,
        })
    }
}

fn calendar(connection: &mut DbConnection, board: i64, market: i64) -> Outcome<Vec<CalendarRule>> {
    use calendar_rules as c;
    Ok(c::table
        .filter(c::board_id.eq(board))
        .filter(c::market_id.eq(market))
        .select((c::kind, c::iso_weekday, c::lunar_day, c::from_day, c::to_day))
        .load(connection)?)
}

fn of_occupancies(
    connection: &mut DbConnection,
    board: i64,
    market: i64,
) -> Outcome<Vec<OccupancyRow>> {
    use occupancies as o;
    let at_stall = stalls::board_id.eq(o::board_id).and(stalls::id.eq(o::stall_id));
    let in_section =
        sections::board_id.eq(stalls::board_id).and(sections::id.eq(stalls::section_id));
    let of_vendor = vendors::board_id.eq(o::board_id).and(vendors::id.eq(o::vendor_id));
    Ok(o::table
        .inner_join(stalls::table.on(at_stall))
        .inner_join(sections::table.on(in_section))
        .inner_join(vendors::table.on(of_vendor))
        .filter(o::board_id.eq(board))
        .filter(o::market_id.eq(market))
        .order((sections::position, sections::name, stalls::position, stalls::code, o::id))
        .select((
            o::id,
            o::vendor_id,
            o::from_day,
            o::to_day,
            stalls::code,
            stalls::section_id,
            stalls::wholesale,
            stalls::closed_day,
            stalls::goods,
            stalls::size_class,
            vendors::neighbourhood_id,
        ))
        .load(connection)?)
}

fn of_absences(connection: &mut DbConnection, board: i64, market: i64) -> Outcome<Vec<AbsenceRow>> {
    use {absences as a, occupancies as o};
    Ok(a::table
        .inner_join(o::table.on(o::board_id.eq(a::board_id).and(o::id.eq(a::occupancy_id))))
        .filter(a::board_id.eq(board))
        .filter(o::market_id.eq(market))
        .select((a::occupancy_id, a::kind, a::from_day, a::to_day))
        .load(connection)?)
}

fn of_codes(connection: &mut DbConnection, board: i64, market: i64) -> Outcome<Vec<CodeRow>> {
    use {codes as c, occupancies as o, receiving_numbers as n};
    Ok(c::table
        .inner_join(o::table.on(o::board_id.eq(c::board_id).and(o::id.eq(c::occupancy_id))))
        .inner_join(n::table.on(n::board_id.eq(c::board_id).and(n::id.eq(c::number_id))))
        .filter(c::board_id.eq(board))
        .filter(o::market_id.eq(market))
        .select((
            c::id,
            c::occupancy_id,
            c::account_id,
            c::issued_at_ms,
            c::revoked_at_ms,
            c::replaces_code_id,
            n::kind,
            c::payload,
        ))
        .load(connection)?)
}

fn of_other_codes(
    connection: &mut DbConnection,
    board: i64,
    market: i64,
) -> Outcome<Vec<(i64, i64, Option<i64>)>> {
    use {occupancies as o, other_codes as c};
    Ok(c::table
        .inner_join(o::table.on(o::board_id.eq(c::board_id).and(o::id.eq(c::occupancy_id))))
        .filter(c::board_id.eq(board))
        .filter(o::market_id.eq(market))
        .select((c::occupancy_id, c::registered_at_ms, c::revoked_at_ms))
        .load(connection)?)
}

fn of_links(connection: &mut DbConnection, board: i64, market: i64) -> Outcome<Vec<LinkRow>> {
    use {account_links as l, occupancies as o};
    Ok(l::table
        .inner_join(o::table.on(o::board_id.eq(l::board_id).and(o::id.eq(l::occupancy_id))))
        .filter(l::board_id.eq(board))
        .filter(o::market_id.eq(market))
        .select((l::occupancy_id, l::account_id, l::from_day, l::to_day))
        .load(connection)?)
}

/// Vendors who let their amounts be seen now.
pub fn sharing_vendors(
    connection: &mut DbConnection,
    board_id: BoardId,
    now: UnixMs,
) -> Outcome<Vec<i64>> {
    use consents as c;
    let vendors: Vec<Option<i64>> = c::table
        .filter(c::board_id.eq(board_id.0))
        .filter(c::purpose.eq("share_amounts"))
        .filter(c::given_at_ms.le(now.0))
        .filter(c::withdrawn_at_ms.is_null().or(c::withdrawn_at_ms.gt(now.0)))
        .select(c::vendor_id)
        .load(connection)?;
    Ok(vendors.into_iter().flatten().collect())
}

fn of_neighbourhoods(connection: &mut DbConnection, board: i64) -> Outcome<Vec<(i64, String)>> {
    use neighbourhoods as n;
    let found: Vec<(i64, String, String)> = n::table
        .filter(n::board_id.eq(board))
        .order((n::name, n::id))
        .select((n::id, n::kind, n::name))
        .load(connection)?;
    let named = |(id, kind, name): (i64, String, String)| {
        // Many write “Khóm 1” as the name of a khóm.
        let is_said = name.to_lowercase().starts_with(&kind.to_lowercase());
        (id, if is_said { name } else { format!("{kind} {name}") })
    };
    Ok(found.into_iter().map(named).collect())
}

fn of_teams(connection: &mut DbConnection, board: i64) -> Outcome<Vec<TeamRow>> {
    use teams as t;
    let found: Vec<(TeamId, String, String, String)> = t::table
        .filter(t::board_id.eq(board))
        .order((t::name, t::id))
        .select((t::id, t::name, t::section_ids, t::neighbourhood_ids))
        .load(connection)?;
    let team = |(id, name, sections, neighbourhoods): (TeamId, String, String, String)| {
        let sections: Vec<SectionId> = serde_json::from_str(&sections).map_err(Fault::broken)?;
        let lives: Vec<NeighbourhoodId> =
            serde_json::from_str(&neighbourhoods).map_err(Fault::broken)?;
        Ok(TeamRow {
            id,
            name,
            sections: sections.into_iter().map(|id| id.0).collect(),
            neighbourhoods: lives.into_iter().map(|id| id.0).collect(),
        })
    };
    found.into_iter().map(team).collect()
}
