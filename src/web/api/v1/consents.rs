//! Consents of vendors and account holders.

use actix_web::{HttpResponse, get, post};

use crate::primitives::ids::ConsentId;
use crate::registry::Page;
use crate::registry::consents::{self, Consent, ConsentFilter, NewConsent};
use crate::web::api::v1::NoFields;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, withdraw);

type Answer = Result<HttpResponse, Problem>;

#[utoipa::path(tag = "consents", request_body = NewConsent, security(("key" = ["registry.write"])),
    responses((status = 201, body = Consent)))]
#[post("/consents")]
async fn create(caller: Caller, new: Json<NewConsent>) -> Answer {
    let location = |consent: &Consent| format!("/api/v1/consents/{}", consent.id);
    caller.create(new, location, consents::give).await
}

#[utoipa::path(tag = "consents", params(ConsentFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<Consent>)))]
#[get("/consents")]
async fn list(caller: Caller, listing: Listing<ConsentFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| consents::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "consents", params(("id" = ConsentId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = Consent)))]
#[get("/consents/{id}")]
async fn show(caller: Caller, id: Id<ConsentId>) -> Answer {
    caller.show(move |connection, act| consents::get(connection, act, id.0)).await
}

/// Ends a consent, and at once what leans on it.
#[utoipa::path(tag = "consents", params(("id" = ConsentId, Path)), request_body = NoFields,
    security(("key" = ["registry.write"])), responses((status = 200, body = Consent)))]
#[post("/consents/{id}/withdraw")]
async fn withdraw(caller: Caller, id: Id<ConsentId>, body: Json<NoFields>) -> Answer {
    caller
        .perform(body, move |connection, act, NoFields {}| {
            consents::withdraw(connection, act, id.0)
        })
        .await
}
