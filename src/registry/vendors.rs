//! Vendors (tiểu thương): the people who trade at stalls. No citizen's number is asked for.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{found, phone, text};
use super::store::vendors as store;
use super::{Page, PageRequest, Patch, neighbourhoods, reach};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{NeighbourhoodId, VendorId};
use crate::primitives::{UnixMs, input};

const NAME_CHARS: usize = 80;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Vendor {
    pub id: VendorId,
    pub name: String,
    /// `+84…`
    pub phone: Option<String>,
    /// Where the vendor lives, by which a visiting team is found.
    pub neighbourhood_id: Option<NeighbourhoodId>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVendor {
    /// 1–80 characters.
    pub name: String,
    /// A Vietnamese mobile number: `0` or `+84`, then 9 digits.
    pub phone: Option<String>,
    pub neighbourhood_id: Option<NeighbourhoodId>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VendorChange {
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub phone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<NeighbourhoodId>)]
    pub neighbourhood_id: Patch<NeighbourhoodId>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VendorFilter {
    pub neighbourhood_id: Option<NeighbourhoodId>,
    /// In either form of writing.
    pub phone: Option<String>,
}

/// # Errors
/// `phone-malformed`, `not-found` (neighbourhood_id).
pub fn create(connection: &mut DbConnection, act: &Act, new: NewVendor) -> Outcome<Vendor> {
    act.require_within(Permission::RegistryWrite)?;
    let vendor = Vendor {
        id: VendorId(act.new_id()),
        name: text("name", &new.name, NAME_CHARS)?,
        phone: new.phone.map(|number| phone("phone", &number)).transpose()?,
        neighbourhood_id: new.neighbourhood_id,
        created_at: act.at,
    };
    check_neighbourhood(connection, act, &vendor)?;
    store::insert(connection, act.board_id(), &vendor)?;
    Ok(vendor)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: VendorId) -> Outcome<Vendor> {
    act.require_within(Permission::RegistryRead)?;
    find(connection, act, id)
}

/// The vendor, where the caller's sections have to do with them.
fn find(connection: &mut DbConnection, act: &Act, id: VendorId) -> Outcome<Vendor> {
    let vendor = found(store::find(connection, act.board_id(), id)?, "vendor")?;
    Ok(found(reach::vendor(connection, act, id)?.then_some(vendor), "vendor")?)
}

/// # Errors
/// `phone-malformed`.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &VendorFilter,
    page: PageRequest,
) -> Outcome<Page<Vendor>> {
    act.require_within(Permission::RegistryRead)?;
    let phone = filter.phone.as_ref().map(|number| phone("phone", number)).transpose()?;
    let filter = VendorFilter { phone, ..*filter };
    let vendors = store::page(connection, act.board_id(), &filter, page)?;
    let mut page = page.page(vendors, |vendor| vendor.id.0);
    page.retain(|vendor| reach::vendor(connection, act, vendor.id))?;
    Ok(page)
}

/// # Errors
/// As [`create`]; `outside-sections`.
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: VendorId,
    change: VendorChange,
) -> Outcome<Vendor> {
    act.require_within(Permission::RegistryWrite)?;
    let mut vendor = find(connection, act, id)?;
    reach::vendor_whole(connection, act, id)?;
    if let Some(name) = change.name {
        vendor.name = text("name", &name, NAME_CHARS)?;
    }
    vendor.phone = change.phone.try_map(|number| phone("phone", &number))?.over(vendor.phone);
    vendor.neighbourhood_id = change.neighbourhood_id.over(vendor.neighbourhood_id);
    check_neighbourhood(connection, act, &vendor)?;
    store::update(connection, act.board_id(), &vendor)?;
    Ok(vendor)
}

fn check_neighbourhood(connection: &mut DbConnection, act: &Act, vendor: &Vendor) -> Outcome<()> {
    if let Some(id) = vendor.neighbourhood_id {
        neighbourhoods::require(connection, act, id, "neighbourhood_id")?;
    }
    Ok(())
}
