//! Occupancies: this vendor at this stall, from–to. Metrics, totals and a vendor's view belong to
//! an occupancy, so that a new vendor inherits nothing.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{found, referred};
use super::store::{self, occupancies as rows, stalls as stall_store, vendors as vendor_store};
use super::{Page, PageRequest, Patch, Period, boards, reach, relinked};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{MarketId, OccupancyId, StallId, VendorId};
use crate::primitives::{Day, Refusal, UnixMs, input};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Occupancy {
    pub id: OccupancyId,
    pub market_id: MarketId,
    pub stall_id: StallId,
    pub vendor_id: VendorId,
    #[schema(value_type = String, format = Date)]
    pub from_day: Day,
    /// The last day.
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Option<Day>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
}

impl Occupancy {
    #[must_use]
    pub const fn period(&self) -> Period {
        Period { from: self.from_day, to: self.to_day }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOccupancy {
    pub stall_id: StallId,
    pub vendor_id: VendorId,
    #[schema(value_type = String, format = Date)]
    pub from_day: Day,
    /// The last day, where it is already known.
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Option<Day>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OccupancyChange {
    #[schema(value_type = String, format = Date, required = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub from_day: Option<Day>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Patch<Day>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndOccupancy {
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to_day: Day,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OccupancyFilter {
    pub market_id: Option<MarketId>,
    pub stall_id: Option<StallId>,
    pub vendor_id: Option<VendorId>,
    /// Only those that hold their stall on this day.
    #[param(value_type = Option<String>, format = Date)]
    pub on: Option<Day>,
}

/// # Errors
/// `not-found` (stall_id, vendor_id), `period-reversed`, `stall-closed`, `occupancy-overlaps`.
pub fn create(connection: &mut DbConnection, act: &Act, new: NewOccupancy) -> Outcome<Occupancy> {
    act.require_within(Permission::RegistryWrite)?;
    let board_id = act.board_id();
    store::touch(connection, board_id)?;
    let stall = stall_store::find(connection, board_id, new.stall_id)?;
    let stall = stall.filter(|stall| act.reaches(stall.section_id));
    let stall = referred(stall, "stall", "stall_id")?;
    let vendor = vendor_store::find(connection, board_id, new.vendor_id)?;
    let vendor = if reach::vendor(connection, act, new.vendor_id)? { vendor } else { None };
    let occupancy = Occupancy {
        id: OccupancyId(act.new_id()),
        market_id: stall.market_id,
        stall_id: stall.id,
        vendor_id: referred(vendor, "vendor", "vendor_id")?.id,
        from_day: new.from_day,
        to_day: new.to_day,
        created_at: act.at,
    };
    check_period(connection, act, &occupancy)?;
    rows::insert(connection, board_id, &occupancy)?;
    Ok(occupancy)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: OccupancyId) -> Outcome<Occupancy> {
    act.require_within(Permission::RegistryRead)?;
    find(connection, act, id)
}

/// The occupancy, within the caller's sections.
fn find(connection: &mut DbConnection, act: &Act, id: OccupancyId) -> Outcome<Occupancy> {
    Ok(found(reached(connection, act, id)?, "occupancy")?)
}

fn reached(
    connection: &mut DbConnection,
    act: &Act,
    id: OccupancyId,
) -> Outcome<Option<Occupancy>> {
    let Some(occupancy) = rows::find(connection, act.board_id(), id)? else { return Ok(None) };
    Ok(reach::stall(connection, act, occupancy.stall_id)?.then_some(occupancy))
}

/// Whether the occupancy is there and within the caller's sections.
pub(super) fn is_reached(
    connection: &mut DbConnection,
    act: &Act,
    id: OccupancyId,
) -> Outcome<bool> {
    Ok(!act.scope.sections.is_limited() || reached(connection, act, id)?.is_some())
}

/// The occupancy that an input field points to.
///
/// # Errors
/// `not-found` on the field.
pub fn require(
    connection: &mut DbConnection,
    act: &Act,
    id: OccupancyId,
    field: impl Into<Cow<'static, str>>,
) -> Outcome<Occupancy> {
    Ok(referred(reached(connection, act, id)?, "occupancy", field)?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &OccupancyFilter,
    page: PageRequest,
) -> Outcome<Page<Occupancy>> {
    act.require_within(Permission::RegistryRead)?;
    let occupancies = rows::page(connection, act.board_id(), filter, page)?;
    let mut page = page.page(occupancies, |occupancy| occupancy.id.0);
    // A page of somebody who is limited to sections may hold fewer than it could.
    page.retain(|occupancy| reach::stall(connection, act, occupancy.stall_id))?;
    Ok(page)
}

/// Corrects the days.
///
/// # Errors
/// `period-reversed`, `stall-closed`, `occupancy-overlaps`.
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: OccupancyId,
    change: OccupancyChange,
) -> Outcome<Occupancy> {
    act.require_within(Permission::RegistryWrite)?;
    store::touch(connection, act.board_id())?;
    let mut occupancy = find(connection, act, id)?;
    occupancy.from_day = change.from_day.unwrap_or(occupancy.from_day);
    occupancy.to_day = change.to_day.over(occupancy.to_day);
    check_period(connection, act, &occupancy)?;
    relinked::noting(connection, act, id, |connection| {
        rows::update_days(connection, act.board_id(), &occupancy)
    })?;
    Ok(occupancy)
}

/// The vendor leaves. With the last day the codes are revoked; money that still comes to an old
/// card keeps its old occupancy, flagged.
///
/// # Errors
/// `occupancy-ended` when its last day has come already, `period-reversed`, `day-too-far`.
pub fn end(
    connection: &mut DbConnection,
    act: &Act,
    id: OccupancyId,
    end: EndOccupancy,
) -> Outcome<Occupancy> {
    let occupancy = get(connection, act, id)?;
    let today = boards::today(connection, act)?;
    if let Some(to_day) = occupancy.to_day.filter(|to_day| *to_day <= today) {
        return Err(Refusal::conflict("occupancy-ended").with("to_day", to_day).into());
    }
    let ended = OccupancyChange { from_day: None, to_day: Patch::Set(end.to_day) };
    change(connection, act, id, ended)
}

fn check_period(connection: &mut DbConnection, act: &Act, occupancy: &Occupancy) -> Outcome<()> {
    let board_id = act.board_id();
    let period = Period::new(occupancy.from_day, occupancy.to_day)?;
    let stall = found(stall_store::find(connection, board_id, occupancy.stall_id)?, "stall")?;
    if let Some(closed_day) = stall.closed_day
        && period.overlaps(Period { from: closed_day, to: None })
    {
        return Err(Refusal::conflict("stall-closed").with("closed_day", closed_day).into());
    }
    let except = Some(occupancy.id);
    match rows::overlapping(connection, board_id, stall.id, period, except)? {
        Some(other) => {
            let refusal = Refusal::conflict("occupancy-overlaps").on("from_day");
            Err(refusal.with("occupancy", other).into())
        }
        None => Ok(()),
    }
}
