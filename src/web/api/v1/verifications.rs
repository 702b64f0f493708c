//! Verifications: proof that an account is the one it is said to be.

use actix_web::{HttpResponse, get, post};

use crate::primitives::ids::VerificationId;
use crate::registry::Page;
use crate::registry::verifications::{self, NewVerification, Verification, VerificationFilter};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show);

type Answer = Result<HttpResponse, Problem>;

#[utoipa::path(tag = "accounts", request_body = NewVerification, security(("key" = ["registry.write"])),
    responses((status = 201, body = Verification)))]
#[post("/verifications")]
async fn create(caller: Caller, new: Json<NewVerification>) -> Answer {
    let location =
        |verification: &Verification| format!("/api/v1/verifications/{}", verification.id);
    caller.create(new, location, verifications::create).await
}

#[utoipa::path(tag = "accounts", params(VerificationFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<Verification>)))]
#[get("/verifications")]
async fn list(caller: Caller, listing: Listing<VerificationFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| verifications::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "accounts", params(("id" = VerificationId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = Verification)))]
#[get("/verifications/{id}")]
async fn show(caller: Caller, id: Id<VerificationId>) -> Answer {
    caller.show(move |connection, act| verifications::get(connection, act, id.0)).await
}
