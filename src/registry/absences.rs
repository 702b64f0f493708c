//! Days on which an occupancy does not trade: days off (nghỉ bán) and suspensions by the board.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::found;
use super::store::absences as store;
use super::{Page, PageRequest, Patch, Period, occupancies};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AbsenceId, OccupancyId};
use crate::primitives::{Day, Refusal, input};
use crate::text_enum;

text_enum!(AbsenceKind {
    /// Nghỉ bán: the vendor's own choice.
    DayOff = "day_off",
    /// By the board's decision.
    Suspended = "suspended",
});

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Absence {
    pub id: AbsenceId,
    pub occupancy_id: OccupancyId,
    pub kind: AbsenceKind,
    #[schema(value_type = String, format = Date)]
    pub from_day: Day,
    /// The last day; absent: until further notice.
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Option<Day>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAbsence {
    pub occupancy_id: OccupancyId,
    pub kind: AbsenceKind,
    #[schema(value_type = String, format = Date)]
    pub from_day: Day,
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Option<Day>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceChange {
    #[schema(value_type = String, format = Date, required = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub from_day: Option<Day>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Patch<Day>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AbsenceFilter {
    pub occupancy_id: Option<OccupancyId>,
    pub kind: Option<AbsenceKind>,
    /// Only those that hold on this day.
    #[param(value_type = Option<String>, format = Date)]
    pub on: Option<Day>,
}

/// # Errors
/// `not-found` (occupancy_id), `period-reversed`, `outside-occupancy`.
pub fn create(connection: &mut DbConnection, act: &Act, new: NewAbsence) -> Outcome<Absence> {
    act.require(Permission::RegistryWrite)?;
    let absence = Absence {
        id: AbsenceId(act.new_id()),
        occupancy_id: new.occupancy_id,
        kind: new.kind,
        from_day: new.from_day,
        to_day: new.to_day,
    };
    check_period(connection, act, &absence)?;
    store::insert(connection, act.board_id(), &absence)?;
    Ok(absence)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: AbsenceId) -> Outcome<Absence> {
    act.require(Permission::RegistryRead)?;
    Ok(found(store::find(connection, act.board_id(), id)?, "absence")?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &AbsenceFilter,
    page: PageRequest,
) -> Outcome<Page<Absence>> {
    act.require(Permission::RegistryRead)?;
    let absences = store::page(connection, act.board_id(), filter, page)?;
    Ok(page.page(absences, |absence| absence.id.0))
}

/// # Errors
/// `period-reversed`, `outside-occupancy`.
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: AbsenceId,
    change: AbsenceChange,
) -> Outcome<Absence> {
    act.require(Permission::RegistryWrite)?;
    let mut absence = found(store::find(connection, act.board_id(), id)?, "absence")?;
    absence.from_day = change.from_day.unwrap_or(absence.from_day);
    absence.to_day = change.to_day.over(absence.to_day);
    check_period(connection, act, &absence)?;
    store::update_days(connection, act.board_id(), &absence)?;
    Ok(absence)
}

/// Takes back an absence that was entered by mistake.
pub fn remove(connection: &mut DbConnection, act: &Act, id: AbsenceId) -> Outcome<()> {
    act.require(Permission::RegistryWrite)?;
    if store::delete(connection, act.board_id(), id)? {
        return Ok(());
    }
    Err(Refusal::not_found("absence").into())
}

/// The vendor's own word on one day: off, or not after all. What else was entered stays.
///
/// # Errors
/// `not-found` (occupancy_id), `outside-occupancy`.
pub fn say_day_off(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
    day: Day,
    is_off: bool,
) -> Outcome<()> {
    act.require(Permission::AmountsRead)?;
    let kind = AbsenceKind::DayOff;
    let filter =
        AbsenceFilter { occupancy_id: Some(occupancy_id), kind: Some(kind), on: Some(day) };
    let known = store::page(connection, act.board_id(), &filter, PageRequest::default())?;
    if is_off && known.is_empty() {
        let id = AbsenceId(act.new_id());
        let absence = Absence { id, occupancy_id, kind, from_day: day, to_day: Some(day) };
        check_period(connection, act, &absence)?;
        return store::insert(connection, act.board_id(), &absence);
    }
    let of_day = |one: &&Absence| one.from_day == day && one.to_day == Some(day);
    for absence in known.iter().filter(of_day).filter(|_| !is_off) {
        store::delete(connection, act.board_id(), absence.id)?;
    }
    Ok(())
}

fn check_period(connection: &mut DbConnection, act: &Act, absence: &Absence) -> Outcome<()> {
    let occupancy = occupancies::require(connection, act, absence.occupancy_id, "occupancy_id")?;
    let period = Period::new(absence.from_day, absence.to_day)?;
    if period.fits_into(occupancy.period()) {
        return Ok(());
    }
    Err(Refusal::invalid("from_day", "outside-occupancy").into())
}
