//! Which accounts an occupancy is paid to, from–to. Many to many: a family's account may serve two
//! stalls, and a stall may have two accounts. Money belongs to the links of the day it moved.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::found;
use super::store::{self, links as rows};
use super::{Page, PageRequest, Patch, Period, accounts, occupancies, relinked};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, LinkId, OccupancyId};
use crate::primitives::{Day, Refusal, input};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountLink {
    pub id: LinkId,
    pub occupancy_id: OccupancyId,
    pub account_id: AccountId,
    #[schema(value_type = String, format = Date)]
    pub from_day: Day,
    /// The last day; absent: as long as the occupancy.
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Option<Day>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccountLink {
    pub occupancy_id: OccupancyId,
    pub account_id: AccountId,
    #[schema(value_type = String, format = Date)]
    pub from_day: Day,
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Option<Day>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountLinkChange {
    #[schema(value_type = String, format = Date, required = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub from_day: Option<Day>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Patch<Day>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AccountLinkFilter {
    pub occupancy_id: Option<OccupancyId>,
    pub account_id: Option<AccountId>,
    /// Only those that hold on this day.
    #[param(value_type = Option<String>, format = Date)]
    pub on: Option<Day>,
}

/// From a day of the past on, money that the rules placed since is placed again.
///
/// # Errors
/// `not-found` (occupancy_id, account_id), `account-closed`, `period-reversed`,
/// `outside-occupancy`, `link-overlaps`.
pub fn create(
    connection: &mut DbConnection,
    act: &Act,
    new: NewAccountLink,
) -> Outcome<AccountLink> {
    act.require_within(Permission::RegistryWrite)?;
    store::touch(connection, act.board_id())?;
    let account = accounts::require(connection, act, new.account_id, "account_id")?;
    let link = AccountLink {
        id: LinkId(act.new_id()),
        occupancy_id: new.occupancy_id,
        account_id: account.id,
        from_day: new.from_day,
        to_day: new.to_day,
    };
    check_period(connection, act, &link)?;
    accounts::refuse_closed(&account)?;
    relinked::noting(connection, act, link.occupancy_id, |connection| {
        rows::insert(connection, act.board_id(), &link)
    })?;
    Ok(link)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: LinkId) -> Outcome<AccountLink> {
    act.require_within(Permission::RegistryRead)?;
    find(connection, act, id)
}

/// The link, within the caller's sections.
fn find(connection: &mut DbConnection, act: &Act, id: LinkId) -> Outcome<AccountLink> {
    let link = found(rows::find(connection, act.board_id(), id)?, "link")?;
    Ok(found(reaches(connection, act, &link)?.then_some(link), "link")?)
}

fn reaches(connection: &mut DbConnection, act: &Act, link: &AccountLink) -> Outcome<bool> {
    occupancies::is_reached(connection, act, link.occupancy_id)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &AccountLinkFilter,
    page: PageRequest,
) -> Outcome<Page<AccountLink>> {
    act.require_within(Permission::RegistryRead)?;
    let links = rows::page(connection, act.board_id(), filter, page)?;
    let mut page = page.page(links, |link| link.id.0);
    page.retain(|link| reaches(connection, act, link))?;
    Ok(page)
}

/// Ends the link, or corrects its days; so for the past too, as [`create`] does.
///
/// # Errors
/// `period-reversed`, `outside-occupancy`, `link-overlaps`.
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: LinkId,
    change: AccountLinkChange,
) -> Outcome<AccountLink> {
    act.require_within(Permission::RegistryWrite)?;
    store::touch(connection, act.board_id())?;
    let mut link = find(connection, act, id)?;
    link.from_day = change.from_day.unwrap_or(link.from_day);
    link.to_day = change.to_day.over(link.to_day);
    check_period(connection, act, &link)?;
    relinked::noting(connection, act, link.occupancy_id, |connection| {
        rows::update_days(connection, act.board_id(), &link)
    })?;
    Ok(link)
}

fn check_period(connection: &mut DbConnection, act: &Act, link: &AccountLink) -> Outcome<()> {
    let occupancy = occupancies::require(connection, act, link.occupancy_id, "occupancy_id")?;
    let period = Period::new(link.from_day, link.to_day)?;
    if !period.fits_into(occupancy.period()) {
        return Err(Refusal::invalid("from_day", "outside-occupancy").into());
    }
    match rows::overlapping(connection, act.board_id(), link, period)? {
        Some(other) => {
            Err(Refusal::conflict("link-overlaps").on("from_day").with("link", other).into())
        }
        None => Ok(()),
    }
}
