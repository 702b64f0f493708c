//! Rows of `visits`; reasons and what was taught are JSON arrays.

use diesel::prelude::*;

use crate::access::Act;
use crate::db::schema::visits::{self as table, table as rows};
use crate::db::schema::{occupancies, sections, stalls, vendors};
use crate::db::{DbConnection, Fault, Outcome};
use crate::outreach::reasons::Grounds;
use crate::outreach::visits::{Obstacle, Visit, VisitFilter, VisitOutcome, VisitReport};
use crate::primitives::ids::{BoardId, MarketId, OccupancyId, RoundId, StallId, VisitId};
use crate::primitives::{Day, UnixMs};
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
}

/// A visit that was made.
#[derive(Clone, Debug, Queryable)]
pub struct Made {
    pub occupancy_id: OccupancyId,
    pub outcome: VisitOutcome,
    pub obstacle: Option<Obstacle>,
    visited_day: i32,
}

impl Made {
    pub const fn day(&self) -> Day {
        Day(self.visited_day)
    }
}

type Planning = (VisitId, Option<RoundId>, i32, OccupancyId, String, i64, bool);
type Place = (StallId, String, String, String);
type Report = (
    Option<VisitOutcome>,
    Option<Obstacle>,
    String,
    Option<String>,
    Option<String>,
    Option<i32>,
    Option<i64>,
);

fn visit((planning, place, report): (Planning, Place, Report)) -> Outcome<Visit> {
    let (id, round_id, number, occupancy_id, reasons, score, is_drawn) = planning;
    let (stall_id, stall_code, section, vendor) = place;
    let (outcome, obstacle, taught, note, by, day, recorded) = report;
    let report = match (outcome, by, day) {
        (Some(outcome), Some(visited_by), Some(day)) => Some(VisitReport {
            outcome,
            obstacle,
            taught: serde_json::from_str(&taught).map_err(Fault::broken)?,
            note,
            visited_by,
            visited_on: Day(day),
        }),
        _ => None,
    };
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
        report,
        recorded_at: recorded.map(UnixMs),
    })
}

/// The query of all visits with their stalls.
macro_rules! with_places {
    ($board_id:expr) => {{
        use occupancies as o;
        let of = o::board_id.eq(table::board_id).and(o::id.eq(table::occupancy_id));
        let at_stall = stalls::board_id.eq(o::board_id).and(stalls::id.eq(o::stall_id));
        let in_section =
            sections::board_id.eq(stalls::board_id).and(sections::id.eq(stalls::section_id));
        let of_vendor = vendors::board_id.eq(o::board_id).and(vendors::id.eq(o::vendor_id));
        rows.inner_join(o::table.on(of))
            .inner_join(stalls::table.on(at_stall))
            .inner_join(sections::table.on(in_section))
            .inner_join(vendors::table.on(of_vendor))
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
                ),
                (stalls::id, stalls::code, sections::name, vendors::name),
                (
                    table::outcome,
                    table::obstacle,
                    table::taught,
                    table::note,
                    table::visited_by,
                    table::visited_day,
                    table::recorded_at_ms,
                ),
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
        Some(true) => query = query.filter(table::outcome.is_not_null()),
        Some(false) => query = query.filter(table::outcome.is_null()),
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

/// What was made at a market's stalls, the oldest first.
pub fn made(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
) -> Outcome<Vec<Made>> {
    use occupancies as o;
    Ok(rows
        .inner_join(o::table.on(o::board_id.eq(table::board_id).and(o::id.eq(table::occupancy_id))))
        .filter(table::board_id.eq(board_id))
        .filter(o::market_id.eq(market_id))
        .filter(table::outcome.is_not_null())
        .order((table::visited_day, table::recorded_at_ms, table::id))
        .select((
            table::occupancy_id,
            table::outcome.assume_not_null(),
            table::obstacle,
            table::visited_day.assume_not_null(),
        ))
        .load(connection)?)
}

/// Occupancies that a list of this day or a later one names already, and that nobody has visited yet.
pub fn planned_from(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
    from: Day,
) -> Outcome<Vec<OccupancyId>> {
    use crate::db::schema::visit_rounds as r;
    let of_round = r::board_id.eq(table::board_id).and(r::id.nullable().eq(table::round_id));
    Ok(rows
        .inner_join(r::table.on(of_round))
        .filter(table::board_id.eq(board_id))
        .filter(r::market_id.eq(market_id))
        .filter(r::day.ge(from.0))
        .filter(table::outcome.is_null())
        .select(table::occupancy_id)
        .load(connection)?)
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
            table::taught.eq("[]"),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn record(
    connection: &mut DbConnection,
    act: &Act,
    id: VisitId,
    report: &VisitReport,
) -> Outcome<()> {
    let taught = serde_json::to_string(&report.taught).map_err(Fault::broken)?;
    diesel::update(rows.find((act.board_id(), id)))
        .set((
            table::outcome.eq(Some(report.outcome)),
            table::obstacle.eq(report.obstacle),
            table::taught.eq(taught),
            table::note.eq(&report.note),
            table::visited_by.eq(Some(&report.visited_by)),
            table::visited_day.eq(Some(report.visited_on.0)),
            table::recorded_by.eq(Some(act.scope.key_id)),
            table::recorded_at_ms.eq(Some(act.at.0)),
        ))
        .execute(connection)?;
    Ok(())
}
