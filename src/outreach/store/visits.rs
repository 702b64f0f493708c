//! Rows of `visits`; reasons are a JSON array.

use diesel::prelude::*;

use super::reports;
use crate::db::schema::visits::{self as table, table as rows};
use crate::db::schema::{occupancies, sections, stalls, vendors, visit_reports};
use crate::db::{DbConnection, Fault, Outcome};
use crate::outreach::reasons::Grounds;
use crate::outreach::visits::{Obstacle, Visit, VisitFilter, VisitOutcome};
use crate::primitives::Day;
use crate::primitives::ids::{BoardId, MarketId, OccupancyId, RoundId, StallId, VendorId, VisitId};
use crate::registry::PageRequest;

/// A visit as a round plans it.
#[derive(Clone, Debug)]
pub struct Planned<'a> {
    pub id: VisitId,
    pub round_id: Option<RoundId>,
    pub place: i32,
    pub occupancy_id: OccupancyId,
    pub reasons: &'a [Grounds],
    pub score: i64,
    pub is_drawn: bool,
    pub client_id: Option<&'a str>,
}

/// A visit that was made, by the report that stands.
#[derive(Clone, Debug, Queryable)]
pub struct Made {
    pub occupancy_id: OccupancyId,
    pub vendor_id: VendorId,
    pub outcome: VisitOutcome,
    pub obstacle: Option<Obstacle>,
    visited_day: i32,
}

impl Made {
    pub const fn day(&self) -> Day {
        Day(self.visited_day)
    }
}

type Planning = (VisitId, Option<RoundId>, i32, OccupancyId, String, i64, bool, Option<String>);
type Place = (StallId, String, String, String);

fn visit((planning, place, report): (Planning, Place, Option<reports::Row>)) -> Outcome<Visit> {
    let (id, round_id, number, occupancy_id, reasons, score, is_drawn, client_id) = planning;
    let (stall_id, stall_code, section, vendor) = place;
    let told = report.map(reports::told).transpose()?.map(|(_, told)| told);
    Ok(Visit {
        id,
        round_id,
        place: number,
        occupancy_id,
        stall_id,
        stall_code,
        section,
        vendor,
        reasons: serde_json::from_str(&reasons).map_err(Fault::broken)?,
        score,
        is_drawn,
        client_id,
        recorded_at: told.as_ref().map(|told| told.recorded_at),
        report: told.map(|told| told.report),
    })
}

/// The query of all visits with their stalls.
macro_rules! with_places {
    ($board_id:expr) => {{
        use {occupancies as o, visit_reports as r};
        let stands = r::board_id.eq(table::board_id).and(r::id.nullable().eq(table::report_id));
        let of = o::board_id.eq(table::board_id).and(o::id.eq(table::occupancy_id));
        let at_stall = stalls::board_id.eq(o::board_id).and(stalls::id.eq(o::stall_id));
        let in_section =
            sections::board_id.eq(stalls::board_id).and(sections::id.eq(stalls::section_id));
        let of_vendor = vendors::board_id.eq(o::board_id).and(vendors::id.eq(o::vendor_id));
        rows.inner_join(o::table.on(of))
            .inner_join(stalls::table.on(at_stall))
            .inner_join(sections::table.on(in_section))
            .inner_join(vendors::table.on(of_vendor))
            .left_join(r::table.on(stands))
            .filter(table::board_id.eq($board_id))
            .select((
                (
                    table::id,
                    table::round_id,
                    table::place,
                    table::occupancy_id,
                    table::reasons,
                    table::score,
                    table::is_drawn,
                    table::client_id,
                ),
                (stalls::id, stalls::code, sections::name, vendors::name),
                reports::COLUMNS.nullable(),
            ))
            .into_boxed()
    }};
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: VisitId,
) -> Outcome<Option<Visit>> {
    let found = with_places!(board_id).filter(table::id.eq(id)).first(connection).optional()?;
    found.map(visit).transpose()
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &VisitFilter,
    page: PageRequest,
) -> Outcome<Vec<Visit>> {
    let mut query = with_places!(board_id);
    if let Some(id) = filter.round_id {
        query = query.filter(table::round_id.eq(id));
    }
    if let Some(id) = filter.occupancy_id {
        query = query.filter(table::occupancy_id.eq(id));
    }
    match filter.made {
        Some(true) => query = query.filter(table::report_id.is_not_null()),
        Some(false) => query = query.filter(table::report_id.is_null()),
        None => {}
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    query.load(connection)?.into_iter().map(visit).collect()
}

/// All of a round, in its order.
pub fn of_round(
    connection: &mut DbConnection,
    board_id: BoardId,
    round_id: RoundId,
) -> Outcome<Vec<Visit>> {
    let query = with_places!(board_id).filter(table::round_id.eq(round_id)).order(table::place);
    query.load(connection)?.into_iter().map(visit).collect()
}

/// What was made at a board's stalls, the oldest first: a vendor may have come from another market.
pub fn made(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Made>> {
    use {occupancies as o, visit_reports as r};
    let stands = r::board_id.eq(table::board_id).and(r::id.nullable().eq(table::report_id));
    Ok(rows
        .inner_join(o::table.on(o::board_id.eq(table::board_id).and(o::id.eq(table::occupancy_id))))
        .inner_join(r::table.on(stands))
        .filter(table::board_id.eq(board_id))
        .order((r::visited_day, r::recorded_at_ms, r::id))
        .select((table::occupancy_id, o::vendor_id, r::outcome, r::obstacle, r::visited_day))
        .load(connection)?)
}

/// By what a phone called it.
pub fn find_by_client_id(
    connection: &mut DbConnection,
    board_id: BoardId,
    client_id: &str,
) -> Outcome<Option<Visit>> {
    let found = with_places!(board_id).filter(table::client_id.eq(client_id));
    found.first(connection).optional()?.map(visit).transpose()
}

/// Occupancies that a list of this day or a later one names already, and that nobody has visited yet;
/// the earliest list first.
pub fn planned_from(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
    from: Day,
) -> Outcome<Vec<(OccupancyId, Day)>> {
    use crate::db::schema::visit_rounds as r;
    let of_round = r::board_id.eq(table::board_id).and(r::id.nullable().eq(table::round_id));
    let found: Vec<(OccupancyId, i32)> = rows
        .inner_join(r::table.on(of_round))
        .filter(table::board_id.eq(board_id))
        .filter(r::market_id.eq(market_id))
        .filter(r::day.ge(from.0))
        .filter(table::report_id.is_null())
        .order((r::day, table::id))
        .select((table::occupancy_id, r::day))
        .load(connection)?;
    Ok(found.into_iter().map(|(id, day)| (id, Day(day))).collect())
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    planned: &Planned<'_>,
) -> Outcome<()> {
    let reasons = serde_json::to_string(planned.reasons).map_err(Fault::broken)?;
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(planned.id),
            table::round_id.eq(planned.round_id),
            table::place.eq(planned.place),
            table::occupancy_id.eq(planned.occupancy_id),
            table::reasons.eq(reasons),
            table::score.eq(planned.score),
            table::is_drawn.eq(planned.is_drawn),
            table::client_id.eq(planned.client_id),
        ))
        .execute(connection)?;
    Ok(())
}

/// Lets a report stand for the visit.
pub fn let_stand(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: VisitId,
    report_id: i64,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, id)))
        .set(table::report_id.eq(report_id))
        .execute(connection)?;
    Ok(())
}
