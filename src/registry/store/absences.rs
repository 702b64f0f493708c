//! Rows of `absences`.

use diesel::prelude::*;

use crate::db::schema::absences::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::{AbsenceId, BoardId, OccupancyId};
use crate::registry::PageRequest;
use crate::registry::absences::{Absence, AbsenceFilter, AbsenceKind};

type Row = (BoardId, AbsenceId, OccupancyId, AbsenceKind, i32, Option<i32>);

fn absence((_, id, occupancy_id, kind, from, to): Row) -> Absence {
    Absence { id, occupancy_id, kind, from_day: Day(from), to_day: to.map(Day) }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: AbsenceId,
) -> Outcome<Option<Absence>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(absence))
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &AbsenceFilter,
    page: PageRequest,
) -> Outcome<Vec<Absence>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(occupancy_id) = filter.occupancy_id {
        query = query.filter(table::occupancy_id.eq(occupancy_id));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(table::kind.eq(kind));
    }
    if let Some(day) = filter.on {
        query = query
            .filter(table::from_day.le(day.0))
            .filter(table::to_day.is_null().or(table::to_day.ge(day.0)));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(absence).collect())
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, absence: &Absence) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(absence.id),
            table::occupancy_id.eq(absence.occupancy_id),
            table::kind.eq(absence.kind),
            table::from_day.eq(absence.from_day.0),
            table::to_day.eq(absence.to_day.map(Day::get)),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    absence: &Absence,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, absence.id)))
        .set((
            table::from_day.eq(absence.from_day.0),
            table::to_day.eq(absence.to_day.map(Day::get)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Whether there was such an absence.
pub fn delete(connection: &mut DbConnection, board_id: BoardId, id: AbsenceId) -> Outcome<bool> {
    Ok(diesel::delete(rows.find((board_id, id))).execute(connection)? > 0)
}
