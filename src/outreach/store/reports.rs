//! Rows of `visit_reports`: only ever added to.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::access::Act;
use crate::db::schema::visit_reports::{self as table, table as rows};
use crate::db::schema::{occupancies, visits};
use crate::db::{DbConnection, Fault, Outcome, columns};
use crate::outreach::visits::{Obstacle, ToldReport, VisitOutcome, VisitReport};
use crate::primitives::ids::{BoardId, VendorId, VisitId};
use crate::primitives::{Day, UnixMs};

pub type Row = (
    i64,
    VisitOutcome,
    Option<Obstacle>,
    String,
    Option<String>,
    String,
    i32,
    bool,
    Option<i64>,
    i64,
);

columns! {
    /// As [`Row`], in its order.
    pub const COLUMNS = table {
        id,
        outcome,
        obstacle,
        taught,
        note,
        visited_by,
        visited_day,
        lifts_refusal,
        phone_at_ms,
        recorded_at_ms,
    };
}

/// What was told, with its number.
pub fn told(row: Row) -> Outcome<(i64, ToldReport)> {
    let (id, outcome, obstacle, taught, note, visited_by, day, lifts_refusal, phone, recorded) =
        row;
    let report = VisitReport {
        outcome,
        obstacle,
        taught: serde_json::from_str(&taught).map_err(Fault::broken)?,
        note,
        visited_by,
        visited_on: Day(day),
        lifts_refusal,
        recorded_on_phone_at: phone.map(UnixMs),
    };
    Ok((id, ToldReport::new(report, UnixMs(recorded))))
}

/// All of a visit, the one that was told last comes last.
pub fn of_visit(
    connection: &mut DbConnection,
    board_id: BoardId,
    visit_id: VisitId,
) -> Outcome<Vec<ToldReport>> {
    let found: Vec<Row> = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::visit_id.eq(visit_id))
        .order(table::id)
        .select(COLUMNS)
        .load(connection)?;
    let mut reports = found.into_iter().map(told).collect::<Outcome<Vec<_>>>()?;
    reports.sort_by_key(|(id, told)| (told.told_at, *id));
    Ok(reports.into_iter().map(|(_, told)| told).collect())
}

pub fn insert(
    connection: &mut DbConnection,
    act: &Act,
    (id, visit_id): (i64, VisitId),
    report: &VisitReport,
) -> Outcome<()> {
    let taught = serde_json::to_string(&report.taught).map_err(Fault::broken)?;
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(act.board_id()),
            table::id.eq(id),
            table::visit_id.eq(visit_id),
            table::outcome.eq(report.outcome),
            table::obstacle.eq(report.obstacle),
            table::taught.eq(taught),
            table::note.eq(&report.note),
            table::visited_by.eq(&report.visited_by),
            table::visited_day.eq(report.visited_on.0),
            table::lifts_refusal.eq(report.lifts_refusal),
            table::phone_at_ms.eq(report.recorded_on_phone_at.map(|at| at.0)),
            table::recorded_by.eq(act.scope.actor),
            table::recorded_at_ms.eq(act.at.0),
        ))
        .execute(connection)?;
    Ok(())
}

/// Vendors who refused, at any stall of the board, and nobody has told since that they take part after
/// all.
pub fn refused(connection: &mut DbConnection, board_id: BoardId) -> Outcome<HashSet<VendorId>> {
    use {occupancies as o, visits as v};
    let of_visit = v::board_id.eq(table::board_id).and(v::id.eq(table::visit_id));
    let at_stall = o::board_id.eq(v::board_id).and(o::id.eq(v::occupancy_id));
    let said: Vec<(VendorId, Row)> = rows
        .inner_join(v::table.on(of_visit).inner_join(o::table.on(at_stall)))
        .filter(table::board_id.eq(board_id))
        .filter(table::outcome.eq(VisitOutcome::Refused).or(table::lifts_refusal.eq(true)))
        .select((o::vendor_id, COLUMNS))
        .load(connection)?;
    let said = said.into_iter().map(|(vendor, row)| Ok((vendor, told(row)?)));
    let mut said = said.collect::<Outcome<Vec<_>>>()?;
    said.sort_by_key(|(_, (id, told))| (told.report.visited_on, told.told_at, *id));
    let mut refused = HashSet::new();
    for (vendor, (_, told)) in said {
        if told.report.outcome == VisitOutcome::Refused {
            refused.insert(vendor);
        } else {
            refused.remove(&vendor);
        }
    }
    Ok(refused)
}
