//! Vendors: the people who trade at stalls.

use actix_web::{HttpResponse, get, patch, post};

use crate::primitives::ids::VendorId;
use crate::registry::Page;
use crate::registry::vendors::{self, NewVendor, Vendor, VendorChange, VendorFilter};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, change);

type Answer = Result<HttpResponse, Problem>;

#[utoipa::path(tag = "vendors", request_body = NewVendor, security(("key" = ["registry.write"])),
    responses((status = 201, body = Vendor)))]
#[post("/vendors")]
async fn create(caller: Caller, new: Json<NewVendor>) -> Answer {
    let location = |vendor: &Vendor| format!("/api/v1/vendors/{}", vendor.id);
    caller.create(new, location, vendors::create).await
}

#[utoipa::path(tag = "vendors", params(VendorFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<Vendor>)))]
#[get("/vendors")]
async fn list(caller: Caller, listing: Listing<VendorFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| vendors::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "vendors", params(("id" = VendorId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = Vendor)))]
#[get("/vendors/{id}")]
async fn show(caller: Caller, id: Id<VendorId>) -> Answer {
    caller.show(move |connection, act| vendors::get(connection, act, id.0)).await
}

#[utoipa::path(tag = "vendors", params(("id" = VendorId, Path)), request_body = VendorChange,
    security(("key" = ["registry.write"])), responses((status = 200, body = Vendor)))]
#[patch("/vendors/{id}")]
async fn change(caller: Caller, id: Id<VendorId>, to: Json<VendorChange>) -> Answer {
    caller.change(move |connection, act| vendors::change(connection, act, id.0, to.value)).await
}
